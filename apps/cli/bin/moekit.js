#!/usr/bin/env node
// Plain words of an old JavaScript alone: every Node.js that reads modules can read this file and say what it lacks.
import module from 'node:module';
import process from 'node:process';

var parts = process.versions.node.split('.');
var major = Number(parts[0]);
var minor = Number(parts[1]);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    'error CLI_NODE: moekit needs Node.js 20.19, 22.13, 24 or later, got ' +
      process.versions.node +
      '. Install one from https://nodejs.org, or run: npx -p node@22 moekit\n',
  );
  process.exitCode = 2;
} else {
  // from Node 22 on, compiled modules are kept for the next start, and for the processes that this one starts
  var cache = module.enableCompileCache ? module.enableCompileCache() : {};
  if (cache.directory !== undefined && process.env.NODE_COMPILE_CACHE === undefined) {
    process.env.NODE_COMPILE_CACHE = cache.directory;
  }
  import('../dist/main.js').catch(function (error) {
    process.stderr.write(String((error && error.stack) || error) + '\n');
    process.exitCode = 1;
  });
}
