import { describe, expect, it } from 'vitest';

import { buildArtefacts } from '../assembly/build.mjs';
import { bestBuild, instantiate } from '../src/wasm/module.js';
import type { WasmBuild } from '../src/wasm/module.js';
import { generator } from './oracle.js';

interface Sizes {
  m: number;
  k: number;
  n: number;
  transposeA?: boolean;
  transposeB?: boolean;
  rows?: number[];
}

/** A product on a memory of its own: sides at 1 MiB and 2 MiB, result at 3 MiB, indices at 4 MiB, scratch at 5 MiB. */
function product(
  memory: WebAssembly.Memory,
  build: WasmBuild,
  { m, k, n, transposeA = false, transposeB = false, rows }: Sizes,
) {
  const random = generator(m * 31 + k * 7 + n);
  const mib = 1 << 20;
  const [a, b] = [
    new Float32Array(memory.buffer, mib, 64 * 70),
    new Float32Array(memory.buffer, 2 * mib, k * n),
  ];
  a.forEach((_, i) => (a[i] = random() - 0.5));
  b.forEach((_, i) => (b[i] = random() - 0.5));
  if (rows) new Int32Array(memory.buffer, 4 * mib, m).set(rows);
  const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
  const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
  const bytes = [aRow, aColumn, bRow, bColumn].map((s) => s * 4) as [
    number,
    number,
    number,
    number,
  ];
  const exports = instantiate(build, memory);
  const [gathered, scratch] = [rows ? 4 * mib : 0, 5 * mib];
  exports.multiply(
    mib,
    bytes[0],
    bytes[1],
    gathered,
    2 * mib,
    bytes[2],
    bytes[3],
    3 * mib,
    m,
    k,
    n,
    scratch,
  );
  const got = Array.from(new Float32Array(memory.buffer, 3 * mib, m * n));
  const want = got.map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let q = 0; q < k; q++) {
      sum += a[(rows?.[i] ?? i) * aRow + q * aColumn]! * b[q * bRow + j * bColumn]!;
    }
    return sum;
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
      { m: 6, k: 10, n: 9, rows: [3, 3, 0, 41, 7, 1] },
    ] as Sizes[])('%o equal a triple loop', (sizes) => {
      const { got, want } = product(memory(), build, sizes);
      got.forEach((value, i) => expect(value).toBeCloseTo(want[i]!, 4));
    });
  });
});

it('the committed artefacts are what their sources compile to', async () => {
  const { readFile } = await import('node:fs/promises');
  const committed = await readFile(new URL('../src/wasm/artefacts.ts', import.meta.url), 'utf8');
  expect(committed).toBe(await buildArtefacts());
});
