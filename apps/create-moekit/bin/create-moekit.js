#!/usr/bin/env node
// Plain words of an old JavaScript alone: every Node.js that reads modules can read this file and say what it lacks.
import process from 'node:process';

var parts = process.versions.node.split('.');
var major = Number(parts[0]);
var minor = Number(parts[1]);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    'error CREATE_NODE: create-moekit needs Node.js 20.19, 22.13, 24 or later, got ' +
      process.versions.node +
      '. Install one from https://nodejs.org, or run: npx -p node@22 create-moekit\n',
  );
  process.exitCode = 2;
} else {
  import('../dist/main.js').catch(function (error) {
    process.stderr.write(String((error && error.stack) || error) + '\n');
    process.exitCode = 1;
  });
}
