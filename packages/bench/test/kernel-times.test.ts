import { createRng } from '@moekit/core';
import { describe, expect, test } from 'vitest';

import { runKernelTimes } from '../src/index.js';
import { median } from '../src/statistics/summary.js';
import { judge } from '../src/timing/kernel-times/bars.js';
import { families, kernelCases } from '../src/timing/kernel-times/cases.js';
import { wasmKernelSets } from '../src/timing/kernel-times/kernel-sets.js';
import { termsOf } from '../src/timing/kernel-times/own-terms.js';
import { drawMask } from '../src/timing/kernel-times/routing.js';
import { timeKernels } from '../src/timing/kernel-times/time-kernels.js';
import { quartiles } from '../src/statistics/summary.js';

const shape = { ...kernelCases[1]!, tokens: 200 };
const ones = (mask: Float32Array) => mask.reduce((sum, value) => sum + value, 0);

describe('kernel-times', () => {
  test('each token goes to k experts, or to the share of them that is kept', () => {
    expect(ones(drawMask(shape, createRng(1)))).toBe(1600);
    expect(ones(drawMask({ ...shape, kept: 0.5 }, createRng(1)))).toBe(800);
  });

  test('a Zipf load fills the first expert more than the last', () => {
    const mask = drawMask({ ...shape, load: 'zipf' }, createRng(1));
    const rows = (e: number) => ones(mask.filter((_, i) => i % 64 === e));
    expect(rows(0)).toBeGreaterThan(5 * rows(63));
  });

  test('a case and its variants are one family, timed together', () => {
    const names = families(kernelCases).map((family) => family.map(({ name }) => name));
    expect(names).toEqual([
      ['E=8 F=2048 k=2'],
      ['E=64 F=256 k=8', 'E=64 F=256 k=8 Zipf', 'E=64 F=256 k=8 half kept'],
      ['E=128 F=128 k=8'],
      ['T=64 E=64 F=256 k=8'],
    ]);
  });

  test('quartiles and median', () => {
    expect(quartiles([5, 1, 2, 4, 3])).toEqual([2, 4]);
    expect(median([5, 1, 2, 4, 3])).toBe(3);
  });

  test('a bar is judged by its ratio, and only where it was measured', () => {
    const time = (contender: string, milliseconds: number, rateToDense: number) => ({
      ...{ case: 'E=64 F=256 k=8', contender, pass: 'forward' as const, milliseconds },
      ...{ spread: [0, 0] as const, gigaflopsPerSecond: 1, rateToDense },
    });
    const times = [time('moekit layer', 10, 0.7), time('PyTorch loop', 13, 1)];
    expect(judge(times, 'tensorflow').map(({ value, reached }) => [value, reached])).toEqual([
      [0.7, false],
      [1.3, true],
    ]);
    expect(judge(times, 'cpu')).toEqual([]);
  });

  test('on webgpu the worst case is judged, and half the pairs against all of them', () => {
    const time = (name: string, milliseconds: number, rateToDense: number) => ({
      ...{ case: name, contender: 'moekit layer', pass: 'forward' as const, milliseconds },
      ...{ spread: [0, 0] as const, gigaflopsPerSecond: 1, rateToDense },
    });
    const times = [time('E=4', 8, 1.4), time('E=16', 10, 1.1), time('E=16 half kept', 7, 0.5)];
    const bars = judge(times, 'webgpu').map(({ text, value, reached }) => [text, value, reached]);
    expect(bars).toEqual([
      ['half kept / full time', 0.7, false],
      ['layer / dense, worst case', 1.1, true],
    ]);
  });

  test('on wasm the layer is judged by the rate of tfjs’s own products, of either build', () => {
    const time = (contender: string, gigaflopsPerSecond: number) => ({
      ...{ case: 'E=64 F=256 k=8', contender, pass: 'forward' as const, milliseconds: 1 },
      ...{ spread: [0, 0] as const, gigaflopsPerSecond, rateToDense: 1 },
    });
    const times = [time('moekit layer', 36), time('moekit layer, plain SIMD', 18), time('stock dense', 20)]; // prettier-ignore
    expect(judge(times, 'wasm').map(({ value, reached }) => [value, reached])).toEqual([
      [1.8, true],
      [0.9, false],
    ]);
  });

  test('on wasm tfjs’s own products and those without relaxed SIMD are timed in the same rounds', async () => {
    const { stock, simd } = await wasmKernelSets();
    const { getBackend, getKernel } = await import('@tensorflow/tfjs-core');
    expect(getBackend()).toBe('wasm');
    const own = getKernel('BatchMatMul', 'wasm');
    const at = { ...shape, tokens: 8, modelWidth: 8, expertWidth: 8, numExperts: 4, k: 2 };
    const times = await timeKernels([{ shape: at, wasm: { stock, simd } }], {
      ...{ repeats: 1, warmUp: 0, seed: 1 },
    });
    expect(stock.get('BatchMatMul')).toBe(own);
    expect(stock.has('MoeGroupedMatMul')).toBe(false);
    expect(getKernel('BatchMatMul', 'wasm')).not.toBe(own);
    const passes = (name: string) => times.filter(({ contender }) => contender === name).length;
    expect([passes('stock dense'), passes('moekit layer, plain SIMD')]).toEqual([1, simd ? 2 : 0]);
  });

  test('a backend without terms of its own is timed at every case, with its kernels alone', async () => {
    for (const name of ['tensorflow', 'cpu', 'constructor']) {
      expect(await termsOf(name), name).toEqual({ cases: kernelCases, wasm: null });
    }
    expect((await termsOf('wasm')).wasm?.stock.size).toBeGreaterThan(50);
  });

  test('no case of that name, nothing timed', async () => {
    const run = await runKernelTimes({
      ...{ backend: 'wasm', only: 'none', repeats: 1, warmUp: 0, seed: 1 },
    });
    expect(run).toMatchObject({ backend: 'wasm', times: [], bars: [] });
  });
});
