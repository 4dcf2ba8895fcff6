#!/usr/bin/env node
import module from 'node:module';
import process from 'node:process';

// from Node 22 on, compiled modules are kept for the next start, and for the processes that this one starts
const { directory } = module.enableCompileCache?.() ?? {};
if (directory !== undefined) process.env['NODE_COMPILE_CACHE'] ??= directory;

await import('../dist/main.js');
