import { describe, expect, test } from 'vitest';

import { chooseBackend, examine, findBackends } from '../src/index.js';

const has =
  (...modules: string[]) =>
  (name: string) =>
    modules.includes(name);
const WASM = '@tensorflow/tfjs-backend-wasm';
const chosen = (...modules: string[]) =>
  chooseBackend('auto', findBackends(has(...modules), null)).name;

describe('chooseBackend', () => {
  test('auto prefers tensorflow, then wasm, then cpu', () => {
    expect(chosen('@tensorflow/tfjs-node', WASM)).toBe('tensorflow');
    expect(chosen(WASM)).toBe('wasm');
    expect(chosen()).toBe('cpu');
  });

  test('an installed TensorFlow comes before npm’s; on the CPU it comes before wasm', () => {
    const installed = { name: 'x', dir: '/x', problem: null, manifest: { device: 'cpu' } as never };
    const finding = chooseBackend(
      'auto',
      findBackends(has('@tensorflow/tfjs-node', WASM), installed),
    );
    expect(finding).toMatchObject({ name: 'tensorflow', installed, module: null });
  });

  test('CUDA comes before a hardware WebGPU adapter, and that before TensorFlow’s CPU', () => {
    const usable = { found: true, usable: true, reason: '', howToGet: '', module: null };
    const webgpu = { ...usable, name: 'webgpu', rank: 1 } as const;
    const tensorflow = { ...usable, name: 'tensorflow' } as const;
    const first = (rank: number) => chooseBackend('auto', [{ ...tensorflow, rank }, webgpu]).name;
    expect([first(0), first(2)]).toEqual(['tensorflow', 'webgpu']);
  });

  test('webgpu runs when it is asked for, and is never chosen by itself', () => {
    const modules = has('webgpu', '@tensorflow/tfjs-backend-webgpu');
    const findings = findBackends(modules, null);
    expect(chooseBackend('webgpu', findings)).toMatchObject({ found: true, usable: true });
    expect(chooseBackend('auto', findings).name).toBe('cpu');
  });

  test('asking for a missing one says how to get it', () => {
    expect(() => chooseBackend('tensorflow', findBackends(has(), null))).toThrowError(
      expect.objectContaining({
        code: 'BENCH_BACKEND_MISSING',
        message: expect.stringContaining('moekit backend install tensorflow'),
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
    const report = examine(has(), null);
    expect(report.chosen.name).toBe('cpu');
    expect(report.checks).toContainEqual({
      verdict: 'warning',
      text: 'backend cpu: only the slow reference is usable',
    });
    expect(report.versions).toHaveProperty('node', process.versions.node);
  });
});
