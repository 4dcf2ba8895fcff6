import {
  assignmentFractions,
  createRng,
  loadBalancingLoss,
  squaredCoefficientOfVariation,
  tokenMean,
  totalRouterLoss,
  uniformArray,
  zLoss,
} from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { registerTrainingKernels } from '@moekit/kernels/nn';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  fill,
  grads,
  logSumExp,
  mean,
  memory,
  mul,
  scalar,
  square,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { backends, onEachBackend } from '../backends.js';
import { expectClose, expectGradient, numbers } from '../gradient-check.js';

const value = (make: () => Scalar) => tidy(() => numbers(make())[0] as never) as number;

onEachBackend('losses', () => {
  beforeAll(() => registerTrainingKernels()); // one operation each where there are such
  let before = 0;
  beforeEach(() => void (before = memory().numTensors));
  afterEach(() => expect(memory().numTensors).toBe(before));

  const probs = [0.7, 0.2, 0.1, 0.5, 0.3, 0.2];
  const mask = [1, 0, 0, 1, 1, 0];

  it('fractions count tokens or assignments, padding aside', () => {
    tidy(() => {
      const m = tensor2d([...mask, 0, 0, 0], [3, 3]);
      expectClose(numbers(assignmentFractions(m)), [2 / 3, 1 / 3, 0]);
      expectClose(numbers(assignmentFractions(m, 'assignment')), [2 / 3, 1 / 3, 0]);
      const present = tensor1d([1, 1, 0]);
      expectClose(numbers(assignmentFractions(m, 'token', present)), [1, 0.5, 0]);
      expectClose(numbers(assignmentFractions(tensor2d([[0, 0]]), 'assignment')), [0, 0]);
    });
  });

  it('load balancing follows its formula by hand', () => {
    // f = [1, 1/2, 0], P = [0.6, 0.25, 0.15]: sum f P = 0.725
    const loss = (scale?: number) =>
      value(() => {
        const fractions = assignmentFractions(tensor2d(mask, [2, 3]));
        return loadBalancingLoss(tensor2d(probs, [2, 3]), fractions, scale ? { scale } : {});
      });
    expectClose([loss(), loss(1 / 3), loss(9)], [3 * 0.725, 0.725 / 3, 9 * 0.725]);
  });

  it('load balancing is 1 at balance whatever E, and E at collapse', () => {
    for (const e of [2, 5]) {
      const balanced = value(() =>
        loadBalancingLoss(fill([4, e], 1 / e), fill([e], 1 / e) as Tensor1D),
      );
      const first = Array.from({ length: e }, (_, i) => +(i === 0));
      const collapsed = value(() => loadBalancingLoss(tensor2d([first]), tensor1d(first)));
      expectClose([balanced, collapsed], [1, e]);
    }
  });

  it('load balancing differentiates through probs: dL/dP_te = E f_e / T', () => {
    const fractions = [1, 0.5, 0];
    const gradient = expectGradient(
      (p) => loadBalancingLoss(p as Tensor2D, tensor1d(fractions)),
      probs,
      [2, 3],
    );
    expectClose(gradient, [1.5, 0.75, 0, 1.5, 0.75, 0]);
  });

  it('z-loss is the mean squared log-partition', () => {
    // rows: log(e^0 + e^0) = log 2, and log(e^1 + e^3)
    const lse = Math.log(Math.E + Math.E ** 3);
    const wanted = (Math.log(2) ** 2 + lse ** 2) / 2;
    const logits = [0, 0, 1, 3];
    expectClose([value(() => zLoss(tensor2d(logits, [2, 2])))], [wanted]);
    expectClose(
      [value(() => zLoss(tensor2d(logits, [2, 2]), tensor1d([1, 0])))],
      [Math.log(2) ** 2],
    );
    expectGradient((z) => zLoss(z as Tensor2D), [0.3, -0.2, 1, 0.7], [2, 2]);
  });

  it('z-loss stays finite for logits of 1e4, in value and gradient', () => {
    expectClose([value(() => zLoss(tensor2d([[1e4, -1e4]])))], [1e8]);
  });

  it('z-loss has the gradient of the log-partition of tfjs, also where logits are equal', () => {
    const logits = () => tensor2d([0.3, 0.3, -2, 1e-30, 0, -5], [2, 3]);
    const ofTfjs = (z: Tensor2D) => mean<Scalar>(square(logSumExp(z, 1)));
    const gradientOf = (loss: (z: Tensor2D) => Scalar) =>
      tidy(() => numbers(grads((z: Tensor) => loss(z as Tensor2D))([logits()])[0]!));
    expectClose(gradientOf(zLoss), gradientOf(ofTfjs));
  });

  it('squared coefficient of variation, population and sample', () => {
    // loads 1, 2, 3: mean 2, sum of squares 2
    const loads = [1, 2, 3];
    expectClose([value(() => squaredCoefficientOfVariation(tensor1d(loads)))], [2 / 3 / 4]);
    expectClose([value(() => squaredCoefficientOfVariation(tensor1d(loads), 'sample'))], [1 / 4]);
    expectClose([value(() => squaredCoefficientOfVariation(tensor1d([5, 5])))], [0]);
    expectClose([value(() => squaredCoefficientOfVariation(tensor1d([3]), 'sample'))], [0]);
    for (const variance of ['population', 'sample'] as const) {
      expectGradient((x) => squaredCoefficientOfVariation(x as Tensor1D, variance), loads, [3]);
    }
  });

  it.each([
    [3e38, 1e38, 2e38],
    [3e38, 3e38, 3e38],
    [1e20, 0, 0],
    [2 ** 40, 2 ** 41, 1],
    [7, 1e6, 3],
  ])('loads of any size: %s, %s, %s', (...loads) => {
    const float32 = loads.map(Math.fround);
    const whole = Math.max(...float32);
    const shares = float32.map((load) => load / whole);
    const average = shares.reduce((sum, share) => sum + share, 0) / 3;
    const spread = shares.reduce((sum, share) => sum + (share - average) ** 2, 0);
    const at = (variance: 'population' | 'sample') =>
      value(() => squaredCoefficientOfVariation(tensor1d(loads), variance));
    expectClose([at('population')], [spread / 3 / average ** 2]);
    expectClose([at('sample')], [spread / 2 / average ** 2]);
  });

  it('an empty load is balanced', () => {
    expectClose([value(() => squaredCoefficientOfVariation(tensor1d([0, 0])))], [0]);
  });

  it('the total weights each loss by its coefficient', () => {
    const total = (x: Scalar) =>
      totalRouterLoss([
        { name: 'a', value: mul(x, x) as Scalar, coefficient: 0.5, atBalance: null },
        { name: 'b', value: x, coefficient: 3, atBalance: 1 },
      ]);
    expectClose([value(() => total(scalar(2)))], [8]);
    expectClose(
      expectGradient((x) => total(x as Scalar), [2], []),
      [5],
    );
    expectClose([value(() => totalRouterLoss([]))], [0]);
  });

  it('token means leave padding out, and no tokens mean 0', () => {
    tidy(() => {
      const x = tensor2d([1, 2, 3, 4, 100, 100], [3, 2]);
      expectClose(numbers(tokenMean(x, tensor1d([1, 1, 0]))), [2, 3]);
      expectClose(numbers(tokenMean(tensor1d([4, 6]), undefined)), [5]);
      expectClose(numbers(tokenMean(x, tensor1d([0, 0, 0]))), [0, 0]);
    });
  });
});

it('losses of many tokens, with and without padding, have the same gradients on every backend', async () => {
  const [tokens, experts] = [203, 5]; // more than a task of the native operations takes
  const draw = (label: string, size: number) => uniformArray(createRng(1).fork(label), size, -2, 2);
  const rows = () => tensor2d(draw('rows', tokens * experts), [tokens, experts]);
  const mask = () => tensor1d(Array.from(draw('mask', tokens), (x) => +(x > -1)));
  const fractions = () => tensor1d(draw('fractions', experts));
  const none = () => tensor1d(new Float32Array(tokens));
  const losses: ((x: Tensor2D) => Scalar)[] = [
    (x) => zLoss(x),
    (x) => zLoss(x, mask()),
    (x) => zLoss(x, none()),
    (x) => loadBalancingLoss(x, fractions()),
    (x) => loadBalancingLoss(x, fractions(), { scale: 0.3, tokenMask: mask() }),
  ];
  const computed: Float32Array[][] = [];
  for (const backend of backends) {
    await useBackend(backend);
    registerTrainingKernels();
    const values = losses.map((loss) => numbers(tidy(() => loss(rows()))));
    const slopes = losses.map((loss) =>
      numbers(tidy(() => grads((x: Tensor) => mul(loss(x as Tensor2D), 3))([rows()])[0]!)),
    );
    computed.push([...values, ...slopes].map((x) => Float32Array.from(x)));
  }
  computed[0]!.forEach((expected, i) => expectClose(computed[1]![i]!, expected));
});
