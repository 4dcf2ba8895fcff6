import { tmpdir } from 'node:os';

import { describe, expect, test } from 'vitest';

import { checkDisk } from '../../src/install/check-disk.js';
import { checkGpu as sayGpu } from '../../src/doctor/check-gpu.js';
import { checkGpu } from '../../src/install/check-gpu.js';
import { listGpus } from '../../src/machine/list-gpus.js';
import { findCompiler } from '../../src/install/find-compiler.js';
import { findPython } from '../../src/install/find-python.js';
import { saysNoNetwork } from '../../src/install/network.js';

/** A machine on which these commands, and no others, succeed and say this. */
const machine = (answers: Record<string, string>) => (command: string, args: readonly string[]) => {
  const line = [command, ...args].join(' ');
  const answer = Object.entries(answers).find(([start]) => line.startsWith(start));
  return Promise.resolve({
    exitCode: answer ? 0 : null,
    stdout: answer?.[1] ?? '',
    stderr: '',
    signal: null,
  });
};

const error = (code: string, text: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as string }) as Error;

describe('Python', () => {
  test('the first Python 3 that has pip is taken', async () => {
    const run = machine({ 'python -c': '3.11.7 (main)', 'python -m pip': 'pip 23' });
    await expect(findPython(run, {})).resolves.toEqual({ command: 'python', version: '3.11.7' });
  });

  test('PYTHON names another one', async () => {
    const run = machine({ 'mine -c': '3.13.1 ', 'mine -m pip': 'pip', 'python3 -c': '3.9.0 ' });
    await expect(findPython(run, { PYTHON: 'mine' })).resolves.toMatchObject({ command: 'mine' });
  });

  test('no Python, Python 2 and Python without pip give different errors', async () => {
    await expect(findPython(machine({}), {})).rejects.toThrow(
      error('BACKEND_PYTHON', 'no Python 3'),
    );
    await expect(findPython(machine({ 'python -c': '2.7.18 ' }), {})).rejects.toThrow(
      error('BACKEND_PYTHON', 'no Python 3'),
    );
    await expect(findPython(machine({ 'python3 -c': '3.11.2 ' }), {})).rejects.toThrow(
      error('BACKEND_PYTHON', '3.11.2 without pip'),
    );
  });
});

describe('compiler', () => {
  test('clang is accepted, and node-gyp uses it', async () => {
    await expect(findCompiler(machine({ 'clang++': '', make: '' }), {})).resolves.toEqual({
      CXX: 'clang++',
    });
  });

  test('no compiler and no make say how to install them', async () => {
    const none = findCompiler(machine({ make: '' }), {});
    await expect(none).rejects.toThrow(error('BACKEND_COMPILER', 'apt-get install g++ make'));
    const noMake = findCompiler(machine({ 'g++': '' }), {});
    await expect(noMake).rejects.toThrow(error('BACKEND_COMPILER', 'no make'));
  });
});

describe('GPU', () => {
  const smi = (line: string) => machine({ 'nvidia-smi': line });

  test('name, driver and memory are read', async () => {
    await expect(checkGpu(smi('NVIDIA H100 80GB HBM3, 550.54.15, 81559\n'))).resolves.toEqual({
      name: 'NVIDIA H100 80GB HBM3',
      driver: '550.54.15',
      memoryMiB: 81559,
    });
  });

  test('doctor reads the same answer, and a device whose driver does not answer is a problem', async () => {
    const both = smi('Tesla V100, 470.199.02, 16160\nNVIDIA H100, 550.54.15, 81559\n');
    const listed = (run: typeof both) =>
      sayGpu(
        () => true,
        () => listGpus(run),
      );
    expect((await listed(both)).map(({ text }) => text)).toEqual([
      'GPU: Tesla V100, 470.199.02, 16160 MiB',
      'GPU: NVIDIA H100, 550.54.15, 81559 MiB',
    ]);
    expect(await listed(machine({}))).toMatchObject([{ verdict: 'problem' }]);
    expect(await sayGpu(() => false)).toEqual([]);
  });

  test('no GPU and an old driver are different errors', async () => {
    await expect(checkGpu(machine({}))).rejects.toThrow(
      error('BACKEND_GPU_ABSENT', '--skip-gpu-check'),
    );
    await expect(checkGpu(smi('Tesla V100, 470.199.02, 16160\n'))).rejects.toThrow(
      error('BACKEND_DRIVER', '525'),
    );
  });
});

test('too little disk says how much is needed, and where', () => {
  expect(() => checkDisk(tmpdir(), 'gpu', 5e9)).toThrow(error('BACKEND_DISK', '13.0 GB'));
  expect(() => checkDisk(tmpdir(), 'cpu', 5e9)).not.toThrow();
});

test('a missing network and a missing version give different errors', () => {
  expect(saysNoNetwork('NewConnectionError: Failed to establish a new connection')).toBe(true);
  expect(saysNoNetwork('npm error code ENOTFOUND')).toBe(true);
  expect(saysNoNetwork('ERROR: No matching distribution found for tensorflow-cpu==9')).toBe(false);
});
