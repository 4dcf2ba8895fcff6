import type { AdapterSummary } from '@moekit/kernels/dawn';
import { summariseAdapter } from '@moekit/kernels/dawn';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { chooseBackend } from '../src/find/choose-backend.js';
import { examine } from '../src/doctor/examine.js';
import { findBackends } from '../src/find/find-backends.js';

const has =
  (...modules: string[]) =>
  (name: string) =>
    modules.includes(name);
const WASM = '@tensorflow/tfjs-backend-wasm';
const chosen = (...modules: string[]) =>
  chooseBackend('auto', findBackends({ resolves: has(...modules), installed: null })).name;

afterEach(() => vi.unstubAllEnvs());

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
      findBackends({ resolves: has('@tensorflow/tfjs-node', WASM), installed }),
    );
    expect(finding).toMatchObject({ name: 'tensorflow', installed, module: null });
  });

  test('wasm says how many threads it will have', () => {
    const reason = () =>
      findBackends({ resolves: has(WASM), installed: null }).find(({ name }) => name === 'wasm')!
        .reason;
    expect(reason()).toContain('one thread');
    vi.stubEnv('MOEKIT_WASM_THREADS', '2');
    expect(reason()).toContain('2 threads');
  });

  describe('WebGPU', () => {
    const modules = ['webgpu', '@tensorflow/tfjs-backend-webgpu'];
    const auto = (adapter: AdapterSummary | undefined, ...others: string[]) =>
      chooseBackend(
        'auto',
        findBackends({ resolves: has(...modules, ...others), installed: null, adapter }),
      ).name;
    const hardware = { name: 'a GPU', software: false };

    test('on hardware comes before TensorFlow’s CPU and wasm', () => {
      expect(auto(hardware)).toBe('webgpu');
      expect(auto(hardware, '@tensorflow/tfjs-node', WASM)).toBe('webgpu');
    });

    test('on hardware comes after CUDA', () => {
      const findings = findBackends({
        resolves: has(...modules, '@tensorflow/tfjs-node'),
        installed: null,
        adapter: hardware,
      });
      const cuda = findings.map((each) =>
        each.name === 'tensorflow' ? { ...each, rank: 0 } : each,
      );
      expect(chooseBackend('auto', cuda).name).toBe('tensorflow');
    });

    test('in software, or on an unknown adapter, is never chosen by auto', () => {
      expect(auto({ name: 'SwiftShader', software: true })).toBe('cpu');
      expect(auto({ name: 'SwiftShader', software: true }, WASM)).toBe('wasm');
      expect(auto(undefined)).toBe('cpu');
    });

    test('needs both of its packages, whatever the adapter', () => {
      const findings = findBackends({
        resolves: has('webgpu'),
        installed: null,
        adapter: hardware,
      });
      expect(chooseBackend('auto', findings).name).toBe('cpu');
    });

    test('in software runs when it is asked for', () => {
      const findings = findBackends({
        resolves: has(...modules),
        installed: null,
        adapter: { name: 'SwiftShader', software: true },
      });
      expect(chooseBackend('webgpu', findings)).toMatchObject({ found: true, usable: true });
    });

    test.each([
      ['a driver’s fallback', { info: { vendor: 'x' }, isFallbackAdapter: true }, true],
      ['a fallback by its info', { info: { vendor: 'x', isFallbackAdapter: true } }, true],
      ['SwiftShader by name', { info: { vendor: 'google', architecture: 'swiftshader' } }, true],
      ['llvmpipe by name', { info: { description: 'llvmpipe (LLVM 15.0.6, 256 bits)' } }, true],
      ['a GPU', { info: { vendor: 'nvidia', description: 'NVIDIA A100' } }, false],
    ])('%s: what an adapter says of itself', (_name, adapter, software) => {
      expect(summariseAdapter(adapter).software).toBe(software);
    });
  });

  test('asking for a missing one says how to get it', () => {
    expect(() =>
      chooseBackend('tensorflow', findBackends({ resolves: has(), installed: null })),
    ).toThrowError(
      expect.objectContaining({
        code: 'BACKEND_MISSING',
        message: expect.stringContaining('moekit backend install tensorflow'),
      }),
    );
  });

  test('an unknown name lists the known ones', () => {
    expect(() =>
      chooseBackend('metal', findBackends({ resolves: has(), installed: null })),
    ).toThrowError(
      expect.objectContaining({
        code: 'BACKEND_UNKNOWN',
        message: expect.stringContaining('auto, tensorflow, webgpu, wasm, cpu'),
      }),
    );
  });
});

describe('examine', () => {
  test('says what would be chosen and what is wrong', () => {
    const report = examine({ resolves: has(), installed: null });
    expect(report.chosen.name).toBe('cpu');
    expect(report.checks).toContainEqual({
      verdict: 'warning',
      text: 'only the slow reference backend, cpu, is usable',
    });
    expect(report.versions).toHaveProperty('node', process.versions.node);
  });
});
