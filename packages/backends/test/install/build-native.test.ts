import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { PACKAGE } from '../../src/tensorflow/manifest.js';
import { buildNative } from '../../src/install/build-native.js';

let project: string;
beforeAll(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'moekit-build-')));
  const lib = join(project, PACKAGE, 'deps', 'lib');
  mkdirSync(lib, { recursive: true });
  writeFileSync(join(lib, 'libtensorflow_framework.so.2'), '');
});
afterAll(() => rmSync(project, { recursive: true }));

function build(arch: string, platform: string, exitCode: number, stderr = '') {
  const calls: string[][] = [];
  const run = (_command: string, args: readonly string[]) => {
    calls.push([...args]);
    return Promise.resolve({ exitCode, signal: null, stdout: '', stderr });
  };
  const target = { project, to: join(project, 'native'), compiler: { CXX: 'g++' } };
  return buildNative(target, { arch, platform, run }).then((problem) => ({ problem, calls }));
}

const outputs = (calls: string[][]) =>
  calls.map((args) => args[args.indexOf('-o') + 1]!.split('/').at(-1));

test('x64 gets a build for AVX2 and one for AVX-512, behind an addon for any processor', async () => {
  const { problem, calls } = await build('x64', 'linux', 0);
  expect(problem).toBeNull();
  expect(outputs(calls)).toEqual(['moekit.node', 'moekit-avx2.so', 'moekit-avx512.so']);
  expect(calls[0]!.some((flag) => flag.startsWith('-mavx'))).toBe(false);
  expect(calls[1]).toContain('-mavx2');
  expect(calls[1]!.some((arg) => arg.endsWith('libtensorflow_framework.so.2'))).toBe(true);
});

test('arm64 has one build, which its addon takes', async () => {
  const { calls } = await build('arm64', 'linux', 0);
  expect(outputs(calls)).toEqual(['moekit.node', 'moekit-baseline.so']);
});

test("the compiler's complaint is the answer, not an exception", async () => {
  const stderr = 'In file included from x\ntile.h:3:1: error: no such thing\nnote: it';
  const { problem } = await build('x64', 'linux', 1, stderr);
  expect(problem).toBe('tile.h:3:1: error: no such thing');
});
