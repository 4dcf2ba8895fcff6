import { describe, expect, it } from 'vitest';

import { buildFiles } from '../assembly/build.mjs';
import { bestBuild, instantiate } from '../src/backends/wasm/module.js';
import type { WasmBuild } from '../src/backends/wasm/module.js';
import { generator } from './oracle.js';

interface Sizes {
  m: number;
  k: number;
  n: number;
  transposeA?: boolean;
  transposeB?: boolean;
  /** Which stored rows of a stand for rows 0, 1, ...; of its columns where a is transposed. */
  rows?: number[];
  bias?: boolean;
  relu?: boolean;
  seed?: number;
}

/** A product on a memory of its own: sides at 1 and 2 MiB, result at 3, indices at 4, scratch at 5, bias at 6. */
function product(
  memory: WebAssembly.Memory,
  build: WasmBuild,
  {
    m,
    k,
    n,
    transposeA = false,
    transposeB = false,
    rows,
    bias = false,
    relu = false,
    seed = m * 31 + k * 7 + n,
  }: Sizes,
) {
  const random = generator(seed);
  const mib = 1 << 20;
  const fill = (offset: number, length: number) =>
    new Float32Array(memory.buffer, offset, length).map(() => random() - 0.5);
  const [a, b, added] = [fill(mib, 1 << 14), fill(2 * mib, k * n), fill(6 * mib, n)];
  new Float32Array(memory.buffer, mib).set(a);
  new Float32Array(memory.buffer, 2 * mib).set(b);
  new Float32Array(memory.buffer, 6 * mib).set(added);
  if (rows) new Int32Array(memory.buffer, 4 * mib, rows.length).set(rows);
  const [aColumns, bColumns] = [transposeA ? m : k, transposeB ? k : n];
  instantiate(build, memory).multiply(
    mib,
    aColumns * 4,
    transposeA,
    rows ? 4 * mib : 0,
    2 * mib,
    bColumns * 4,
    transposeB,
    bias ? 6 * mib : 0,
    relu,
    3 * mib,
    m,
    k,
    n,
    5 * mib,
  );
  const got = Array.from(new Float32Array(memory.buffer, 3 * mib, m * n));
  const stored = (row: number) => (rows?.[row] ?? row) * aColumns;
  const want = got.map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = bias ? added[j]! : 0;
    for (let q = 0; q < k; q++) {
      const left = transposeA ? a[stored(q) + i]! : a[stored(i) + q]!;
      sum += left * b[transposeB ? j * bColumns + q : q * bColumns + j]!;
    }
    return relu ? Math.max(0, sum) : sum;
  });
  return { got, want };
}

const memories = {
  plain: () => new WebAssembly.Memory({ initial: 128 }),
  shared: () => new WebAssembly.Memory({ initial: 128, maximum: 65536, shared: true }),
};

const builds: WasmBuild[] = ['simd', 'relaxedSimd'];
const runs = (build: WasmBuild) => build === 'simd' || bestBuild() === build;

describe.each(builds)('products of the %s build (skipped where the engine lacks it)', (build) => {
  describe.each(Object.entries(memories))('on %s memory', (_name, memory) => {
    it.skipIf(!runs(build)).each([
      { m: 1, k: 1, n: 1 },
      { m: 4, k: 8, n: 8 },
      { m: 5, k: 3, n: 11 },
      { m: 3, k: 17, n: 7, transposeA: true },
      { m: 9, k: 5, n: 16, transposeB: true },
      { m: 6, k: 6, n: 23, transposeA: true, transposeB: true },
      { m: 2, k: 0, n: 3 },
      { m: 0, k: 3, n: 3 },
      { m: 7, k: 600, n: 9 },
      { m: 3, k: 5, n: 530 },
      { m: 21, k: 7, n: 8 },
      { m: 6, k: 10, n: 9, rows: [3, 3, 0, 41, 7, 1] },
      { m: 6, k: 5, n: 9, transposeA: true, rows: [40, 2, 2, 0, 7] },
      { m: 7, k: 300, n: 21, bias: true },
      { m: 7, k: 300, n: 21, bias: true, relu: true },
      { m: 5, k: 9, n: 270, relu: true },
      { m: 2, k: 0, n: 3, bias: true, relu: true },
    ] as Sizes[])('%o equal a triple loop', (sizes) => {
      const { got, want } = product(memory(), build, sizes);
      got.forEach((value, i) => expect(value).toBeCloseTo(want[i]!, 4));
    });

    it.skipIf(!runs(build)).each([1, 2, 3, 4])('%d rows have the bytes of many', (m) => {
      const rows = [7, 2, 5, 0, 3, 6, 1];
      const sizes = { k: 263, n: 262, bias: true, relu: true, seed: 1 };
      const few = product(memory(), build, { ...sizes, m, rows: rows.slice(0, m) }).got;
      const many = product(memory(), build, { ...sizes, m: 7, rows }).got;
      expect(few).toEqual(many.slice(0, m * 262));
    });

    it.skipIf(!runs(build))('a row has the same bytes whatever rows surround it', () => {
      const one = product(memory(), build, { m: 1, k: 300, n: 9, rows: [5] }).got;
      const many = product(memory(), build, {
        m: 7,
        k: 300,
        n: 9,
        rows: [0, 1, 5, 3, 3, 2, 5],
      }).got;
      expect(many.slice(18, 27)).toEqual(many.slice(54, 63));
      expect(one).toHaveLength(9);
    });
  });
});

it('the committed artefacts and their types are what their sources compile to', async () => {
  const { readFile } = await import('node:fs/promises');
  const built = await buildFiles();
  expect(Object.keys(built)).toEqual(['artefacts.ts', 'exports.ts']);
  for (const [name, text] of Object.entries(built)) {
    const committed = new URL(`../src/backends/wasm/${name}`, import.meta.url);
    expect(await readFile(committed, 'utf8'), name).toBe(text);
  }
}, 60_000);
