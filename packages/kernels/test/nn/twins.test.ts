import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { Rank, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  add,
  addN,
  getBackend,
  matMul,
  memory,
  mul,
  setBackend,
  softmax,
  square,
  sum,
  tensor,
  tensor1d,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

import { adamWStep, composedStep } from '../../src/nn/adamw.js';
import { attend, composedAttend } from '../../src/nn/attend.js';
import { composedCrossEntropy, crossEntropy } from '../../src/nn/cross-entropy.js';
import { composedEmbed, embed } from '../../src/nn/embed.js';
import { globalNorm } from '../../src/nn/global-norm.js';
import type { Heads } from '../../src/nn/heads.js';
import { composedHeads, splitHeads } from '../../src/nn/heads.js';
import { registerTrainingKernels } from '../../src/nn/index.js';
import { composedGradient, maskedSoftmax, softmaxGradient } from '../../src/nn/masked-softmax.js';
import { product } from '../../src/nn/product.js';
import { composedRmsNorm, rmsNorm } from '../../src/nn/rms-norm.js';
import { rotaryTables } from '../../src/nn/rotary.js';
import { normal } from './normal.js';

type Compute = (...inputs: Tensor[]) => Tensor[];

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
  const wanted = expected.flat();
  got.flat().forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 4));
}

/** TensorFlow has kernels of the same names where moekit's own operations were built. */
const backends = ['cpu', 'wasm', ...(process.env['MOEKIT_TEST_BACKEND_DIR'] ? ['tensorflow'] : [])];

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    expect(getBackend()).toBe(backend);
    registerTrainingKernels();
  });

  const shape = { batchSize: 2, length: 5, numHeads: 3, headWidth: 4 };
  const ids = () => tensor1d([3, 0, 3, 6], 'int32');

  test.each<[string, () => [Compute, Compute, Tensor[]]]>([
    [
      'rmsNorm',
      () => [
        (x, g) => [rmsNorm(x as Tensor2D, g as never)],
        (x, g) => [composedRmsNorm(x!, g!)],
        [normal<Rank.R2>([6, 5], 1), normal<Rank.R1>([5], 2)],
      ],
    ],
    [
      'rmsNorm of rows wider than a vector',
      () => [
        (x, g) => [rmsNorm(x as Tensor2D, g as never)],
        (x, g) => [composedRmsNorm(x!, g!)],
        [normal<Rank.R2>([40, 83], 1), normal<Rank.R1>([83], 2)],
      ],
    ],
    ...([[], ['transposeA'], ['transposeB']] as const).map(
      (sides): [string, () => [Compute, Compute, Tensor[]]] => [
        `product of batches, ${sides[0] ?? 'as they lie'}`,
        () => {
          const flags = Object.fromEntries(sides.map((side) => [side, true]));
          const [a, b] = [sides[0] === 'transposeA', sides[0] === 'transposeB'];
          return [
            (x, y) => [product(x!, y!, flags)],
            (x, y) => [matMul(x!, y!, a, b)],
            [
              normal<Rank.R4>(a ? [2, 3, 9, 17] : [2, 3, 17, 9], 1),
              normal<Rank.R4>(b ? [2, 3, 21, 9] : [2, 3, 9, 21], 2),
            ],
          ];
        },
      ],
    ),
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
    ...(
      [
        ['a causal mask', [5, 7]],
        ['a mask of keys by sentence', [2, 1, 1, 7]],
        ['no mask', [1, 1]],
      ] as const
    ).map(([name, masked]): [string, () => [Compute, Compute, Tensor[]]] => [
      `attend with ${name}`,
      () => {
        const mask = normal<Rank>([...masked] as never, 9);
        const heads = [5, 7, 7].map((l, i) => normal<Rank.R4>([2, 3, l, 18], 1 + i));
        return [
          (...x) => [attend(x as Heads, mask)],
          (...x) => [composedAttend(x as Heads, mask)],
          heads,
        ];
      },
    ]),
    [
      'crossEntropy',
      () => {
        const targets = tensor1d([0, 16, 3, 3, 8, 1, 0, 2, 16], 'int32');
        return [
          (z) => [crossEntropy(z as Tensor2D, targets)],
          (z) => [composedCrossEntropy(z as Tensor2D, targets)],
          [mul(normal<Rank.R2>([9, 17], 1), 8)],
        ];
      },
    ],
  ])('%s and its composed twin agree in values and gradients', (_name, make) => {
    const [fused, composed, inputs] = make();
    expectClose(everything(fused, inputs), everything(composed, inputs));
  });

  test('one step of AdamW, of more numbers than a thread takes at once', () => {
    const [weight, first, gradient] = [1, 2, 3].map((seed) => normal<Rank.R1>([40_001], seed));
    const state = { weight: weight!, first: first!, second: square(first!) };
    const step = {
      ...{ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, stepSize: 0.01 },
      ...{ secondCorrection: 20, decay: 0.999, gradientScale: 0.5 },
    };
    const [got, want] = [adamWStep, composedStep].map((f) => {
      const next = f(state, gradient!, step);
      return [next.weight, next.first, next.second].flatMap((t) => Array.from(t.dataSync()));
    }) as [number[], number[]];
    const worst = got.reduce((most, v, i) => Math.max(most, Math.abs(v - want[i]!)), 0);
    expect(got).toHaveLength(3 * 40_001);
    expect(worst).toBeLessThan(1e-5); // float64 between the roundings, or float32
  });

  test('the global norm is the root of the summed squares', () => {
    const gradients = [normal<Rank.R1>([40_001], 1), normal<Rank.R2>([7, 3], 2)];
    const squares = gradients.map((g) =>
      Array.from(g.dataSync()).reduce((total, v) => total + v * v, 0),
    );
    const want = Math.sqrt(squares[0]! + squares[1]!);
    expect(globalNorm(gradients).dataSync()[0]! / want).toBeCloseTo(1, 5);
  });

  test.skipIf(backend === 'tensorflow')("both forms of the softmax's gradient agree", () => {
    const [dy, probs] = [normal<Rank.R2>([4, 6], 1), softmax(normal<Rank.R2>([4, 6], 2))];
    const [host, composed] = [softmaxGradient, composedGradient].map((f) => [
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

  test('the fused step and the composed one agree', () => {
    const of = (seed: number) => normal<Rank.R1>([7], seed);
    const state = { weight: of(1), first: of(2), second: of(3).square() };
    const step = {
      ...{ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, stepSize: 0.01, secondCorrection: 2 },
      ...{ decay: 0.99, gradientScale: 0.5 },
    };
    const [fused, composed] = [adamWStep, composedStep].map((f) => f(state, of(4), step));
    for (const part of ['weight', 'first', 'second'] as const) {
      const expected = composed![part].dataSync();
      fused![part].dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
    }
  });

  test('the global norm is the length of all gradients together, 0 of none', () => {
    expect(globalNorm([tensor1d([3, 0]), tensor1d([4])]).dataSync()[0]).toBeCloseTo(5, 6);
    expect(globalNorm([]).dataSync()[0]).toBe(0);
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
