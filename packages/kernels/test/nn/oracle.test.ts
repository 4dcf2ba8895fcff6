import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  addN,
  getBackend,
  mul,
  setBackend,
  sum,
  tensor,
  tensor1d,
  valueAndGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

import type { Heads } from '../../src/nn/heads.js';
import {
  attend,
  crossEntropy,
  embed,
  product,
  registerTrainingKernels,
  rmsNorm,
  rotaryTables,
  splitHeads,
} from '../../src/nn/index.js';
import { normals } from './normal.js';

/** Float64, in the shape of the tensors laid flat. */
type Plain = (...inputs: number[][]) => number[][];

interface Case {
  readonly shapes: readonly number[][];
  readonly compute: (...inputs: Tensor[]) => Tensor[];
  readonly oracle: Plain;
}

const sumOf = (n: number, term: (i: number) => number) =>
  Array.from({ length: n }, (_, i) => term(i)).reduce((total, value) => total + value, 0);

/** Elements of a tensor by its indices, the last fastest. */
const fill = (sizes: readonly number[], value: (...at: number[]) => number): number[] => {
  const size = sizes.reduce((total, n) => total * n, 1);
  return Array.from({ length: size }, (_, flat) => {
    let rest = flat;
    const at = sizes.map(() => 0);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      at[axis] = rest % sizes[axis]!;
      rest = Math.floor(rest / sizes[axis]!);
    }
    return value(...at);
  });
};

const [T, D, V] = [5, 6, 7];
const [B, L, H, W] = [2, 3, 2, 4];
const targets = [2, 0, 6, 6, 3];
const causal = fill([L, L], (q, k) => (k > q ? -1e9 : 0));

const cases: Record<string, () => Case> = {
  rmsNorm: () => ({
    shapes: [[T, D], [D]],
    compute: (x, gain) => [rmsNorm(x as Tensor2D, gain as Tensor1D)],
    oracle: (x, gain) => [
      fill([T, D], (t, d) => {
        const squares = sumOf(D, (i) => x![t * D + i]! ** 2);
        return (gain![d]! * x![t * D + d]!) / Math.sqrt(squares / D + 1e-5);
      }),
    ],
  }),
  crossEntropy: () => ({
    shapes: [[T, V]],
    compute: (z) => [crossEntropy(z as Tensor2D, tensor1d(targets, 'int32'))],
    oracle: (z) => [
      [
        sumOf(T, (t) => {
          const normaliser = Math.log(sumOf(V, (v) => Math.exp(z![t * V + v]!)));
          return (normaliser - z![t * V + targets[t]!]!) / T;
        }),
      ],
    ],
  }),
  embed: () => ({
    shapes: [[V, D]],
    compute: (table) => [embed(table as Tensor2D, tensor1d(targets, 'int32'))],
    oracle: (table) => [fill([T, D], (t, d) => table![targets[t]! * D + d]!)],
  }),
  'product of batches': () => ({
    shapes: [
      [B, T, D],
      [B, V, D],
    ],
    compute: (a, b) => [product(a!, b!, { transposeB: true })],
    oracle: (a, b) => [
      fill([B, T, V], (n, t, v) =>
        sumOf(D, (d) => a![(n * T + t) * D + d]! * b![(n * V + v) * D + d]!),
      ),
    ],
  }),
  splitHeads: () => {
    const shape = { batchSize: B, length: L, numHeads: H, headWidth: W };
    const tables = rotaryTables(L, W);
    const part = (x: number[], which: number) =>
      fill([B, H, L, W], (b, h, l, i) => {
        const element = (j: number) => x[((b * L + l) * 3 + which) * H * W + h * W + j]!;
        if (which === 2) return element(i);
        const [pair, half] = [i % (W / 2), W / 2];
        const angle = l * 10_000 ** (-pair / half);
        const turned = i < half ? -element(i + half) : element(i - half);
        const rotated = element(i) * Math.cos(angle) + turned * Math.sin(angle);
        return which === 0 ? rotated / Math.sqrt(W) : rotated;
      });
    return {
      shapes: [[B * L, 3 * H * W]],
      compute: (x) => splitHeads(x as Tensor2D, tables, shape),
      oracle: (x) => [0, 1, 2].map((which) => part(x!, which)),
    };
  },
  attend: () => {
    const at = (b: number, h: number, l: number) => ((b * H + h) * L + l) * W;
    return {
      shapes: [
        [B, H, L, W],
        [B, H, L, W],
        [B, H, L, W],
      ],
      compute: (...heads) => [attend(heads as Heads, tensor(causal, [L, L]))],
      oracle: (q, k, v) => [
        fill([B, L, H, W], (b, l, h, i) => {
          const weights = Array.from({ length: l + 1 }, (_, key) =>
            Math.exp(sumOf(W, (d) => q![at(b, h, l) + d]! * k![at(b, h, key) + d]!)),
          );
          const mixed = sumOf(l + 1, (key) => weights[key]! * v![at(b, h, key) + i]!);
          return mixed / sumOf(l + 1, (key) => weights[key]!);
        }),
      ],
    };
  },
};

/** The slope of `f` along each element of each input, by central differences in float64. */
function slopes(f: (inputs: number[][]) => number, inputs: number[][]): number[][] {
  const step = 1e-5;
  return inputs.map((values, n) =>
    values.map((value, i) => {
      const at = (x: number) => f(inputs.with(n, values.with(i, x)));
      return (at(value + step) - at(value - step)) / (2 * step);
    }),
  );
}

/** TensorFlow has kernels of its own where the native operations were built. */
const backends = ['cpu', 'wasm', ...(process.env['MOEKIT_TEST_BACKEND_DIR'] ? ['tensorflow'] : [])];

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    expect(getBackend()).toBe(backend);
    registerTrainingKernels();
  });

  test.each(Object.keys(cases))(
    '%s is what loops in float64 compute, and so is its gradient',
    (name) => {
      const { shapes, compute, oracle } = cases[name]!();
      const inputs = shapes.map((shape, i) => tensor(normals(zeros(shape).size, 1 + i), shape));
      const plain = inputs.map((x) => Array.from(x.dataSync()));
      const wanted = oracle(...plain);
      const weights = wanted.map(({ length }, i) => Array.from(normals(length, 50 + i)));
      const weighted = (outputs: number[][]) =>
        sumOf(outputs.length, (n) =>
          sumOf(outputs[n]!.length, (i) => outputs[n]![i]! * weights[n]![i]!),
        );
      const gradients = slopes((values) => weighted(oracle(...values)), plain);

      const { grads } = valueAndGrads((...args: Tensor[]) =>
        addN(compute(...args).map((y, n) => sum(mul(y, tensor(weights[n]!, y.shape))))),
      )(inputs);
      const got = [...compute(...inputs), ...grads].map((t) => Array.from(t.dataSync()));
      const expected = [...wanted, ...gradients];
      expect(got.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
      // sums of at most 24 float32 products of order 1
      got.flat().forEach((value, i) => expect(value).toBeCloseTo(expected.flat()[i]!, 4));
    },
  );
});
