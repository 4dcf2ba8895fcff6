import { describe, expect, test } from 'vitest';

import { chooseBackend, examine, findBackends } from '../src/index.js';

const has =
  (...modules: string[]) =>
  (name: string) =>
    modules.includes(name);
const WASM = '@tensorflow/tfjs-backend-wasm';
const chosen = (...modules: string[]) => chooseBackend('auto', findBackends(has(...modules))).name;

describe('chooseBackend', () => {
  test('auto prefers tensorflow, then wasm, then cpu', () => {
    expect(chosen('@tensorflow/tfjs-node', WASM)).toBe('tensorflow');
    expect(chosen(WASM)).toBe('wasm');
    expect(chosen()).toBe('cpu');
  });

  test('webgpu is said to be found but is not chosen: nothing trains on it', () => {
    const modules = has('webgpu', '@tensorflow/tfjs-backend-webgpu');
    const webgpu = findBackends(modules).find(({ name }) => name === 'webgpu')!;
    expect(webgpu).toMatchObject({ found: true, usable: false });
    expect(chooseBackend('auto', findBackends(modules)).name).toBe('cpu');
  });

  test('asking for a missing one says how to get it', () => {
    expect(() => chooseBackend('tensorflow', findBackends(has()))).toThrowError(
      expect.objectContaining({
        code: 'BENCH_BACKEND_MISSING',
        message: expect.stringContaining('npm install @tensorflow/tfjs-node-gpu'),
      }),
    );
  });

  test('an unknown name lists the known ones', () => {
    expect(() => chooseBackend('metal')).toThrowError(
      expect.objectContaining({
        code: 'BENCH_BACKEND_UNKNOWN',
        message: expect.stringContaining('auto, tensorflow, webgpu, wasm, cpu'),
      }),
    );
  });
});

describe('examine', () => {
  test('says what would be chosen and what is wrong', () => {
    const report = examine(has());
    expect(report.chosen.name).toBe('cpu');
    expect(report.checks).toContainEqual({
      verdict: 'warning',
      text: 'backend cpu: only the slow reference is usable',
    });
    expect(report.versions).toHaveProperty('node', process.versions.node);
  });
});
