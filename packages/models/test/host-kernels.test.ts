import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRng, normalArray } from '@moekit/core';
import { registerKernels } from '@moekit/kernels';
import type { Rank, ShapeMap, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  add,
  addN,
  getBackend,
  memory,
  mul,
  setBackend,
  softmax,
  sum,
  tensor,
  tensor1d,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

import { crossEntropy } from '../src/model/cross-entropy.js';
import { composedEmbed, embed } from '../src/model/embedding.js';
import { composedHeads, splitHeads } from '../src/model/heads.js';
import { composedGradient, hostGradient, maskedSoftmax } from '../src/model/masked-softmax.js';
import { composedRmsNorm, rmsNorm } from '../src/model/rms-norm.js';
import { rotaryTables } from '../src/model/rotary.js';

/** Draws from N(0, 1). */
function normal<R extends Rank>(shape: ShapeMap[R], seed: number): Tensor<R> {
  const size = (shape as number[]).reduce((product, n) => product * n, 1);
  return tensor<R>(normalArray(createRng(seed), size), shape);
}

/** Outputs of `f`, and the gradients of a weighted sum of them. */
function everything(f: (...inputs: Tensor[]) => Tensor[], inputs: Tensor[]): number[][] {
  const outputs = f(...inputs);
  const { value, grads } = valueAndGrads((...args: Tensor[]) =>
    addN(f(...args).map((y, i) => sum(mul(y, normal(y.shape as [number], 100 + i))))),
  )(inputs);
  return [...outputs, value, ...grads].map((t) => Array.from(t.dataSync()));
}

/** float32 sums in another order. */
function expectClose(got: number[][], expected: number[][]): void {
  expect(got.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  got.flat().forEach((value, i) => expect(value).toBeCloseTo(expected.flat()[i]!, 4));
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    expect(getBackend()).toBe(backend);
    registerKernels();
  });

  const shape = { batchSize: 2, length: 5, numHeads: 3, headWidth: 4 };
  const ids = () => tensor1d([3, 0, 3, 6], 'int32');

  test.each<[string, () => [(...x: Tensor[]) => Tensor[], (...x: Tensor[]) => Tensor[], Tensor[]]]>(
    [
      [
        'rmsNorm',
        () => [
          (x, g) => [rmsNorm(x as Tensor2D, g as never)],
          (x, g) => [composedRmsNorm(x!, g!)],
          [normal<Rank.R2>([6, 5], 1), normal<Rank.R1>([5], 2)],
        ],
      ],
      [
        'splitHeads',
        () => {
          const tables = rotaryTables(7, 4);
          return [
            (x) => splitHeads(x as Tensor2D, tables, shape),
            (x) => composedHeads(x as Tensor2D, tables, shape),
            [normal<Rank.R2>([10, 36], 1)],
          ];
        },
      ],
      [
        'embed',
        () => [
          (table) => [embed(table as Tensor2D, ids())],
          (table) => [composedEmbed(table as Tensor2D, ids())],
          [normal<Rank.R2>([7, 3], 1)],
        ],
      ],
      [
        'maskedSoftmax',
        () => {
          const mask = normal<Rank.R2>([5, 5], 9);
          return [
            (x) => [maskedSoftmax(x as Tensor4D, mask)],
            (x) => [softmax(add(x!, mask))],
            [normal<Rank.R4>([2, 3, 5, 5], 1)],
          ];
        },
      ],
    ],
  )('%s and its composed twin agree in values and gradients', (_name, make) => {
    const [fused, composed, inputs] = make();
    expectClose(everything(fused, inputs), everything(composed, inputs));
  });

  test("both forms of the softmax's gradient agree", () => {
    const [dy, probs] = [normal<Rank.R2>([4, 6], 1), softmax(normal<Rank.R2>([4, 6], 2))];
    const [host, composed] = [hostGradient, composedGradient].map((f) => [
      Array.from(f(dy, probs).dataSync()),
    ]);
    expectClose(host!, composed!);
  });

  test('cross-entropy is -log softmax at the target, also for logits that would overflow', () => {
    const logits = tensor<Rank.R2>([1, 2, 3, 1000, 0, -1000, 0, 0, 0], [3, 3]);
    const targets = tensor1d([2, 1, 0], 'int32');
    const { value, grads } = valueAndGrads((z: Tensor) => crossEntropy(z as Tensor2D, targets))([
      logits,
    ]);
    const first = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 3;
    expect(value.dataSync()[0]).toBeCloseTo((first + 1000 + Math.log(3)) / 3, 3);
    const total = Math.exp(-2) + Math.exp(-1) + 1;
    const expected = [Math.exp(-2) / total, Math.exp(-1) / total, 1 / total - 1];
    const rest = [1, -1, 0, 1 / 3 - 1, 1 / 3, 1 / 3];
    expectClose([Array.from(grads[0]!.dataSync())], [[...expected, ...rest].map((g) => g / 3)]);
  });

  test('no kernel leaves more than its outputs', () => {
    const [x, gain] = [normal<Rank.R2>([6, 5], 1), normal<Rank.R1>([5], 2)];
    const before = memory().numTensors;
    const { value, grads } = valueAndGrads((a: Tensor, g: Tensor) =>
      sum(rmsNorm(a as Tensor2D, g as never)),
    )([x, gain]);
    expect(memory().numTensors - before).toBe(3);
    [value, ...grads].forEach((t) => t.dispose());
  });
});
