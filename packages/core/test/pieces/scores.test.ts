import type { ScoreName } from '@moekit/core/pieces';
import {
  createCosineGate,
  distributionOf,
  normalisedWeights,
  scaledWeights,
  scoresOf,
} from '@moekit/core/pieces';
import { createRng, normalArray } from '@moekit/core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { grad, mul, sum, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { expectClose, expectGradient, numbers } from '../gradient-check.js';

/** The definitions in float64, one token at a time. */
const oracle: Readonly<Record<ScoreName, (z: readonly number[]) => number[]>> = {
  softmax: (z) => {
    const parts = z.map((v) => Math.exp(v - Math.max(...z)));
    return parts.map((part) => part / parts.reduce((a, b) => a + b));
  },
  sigmoid: (z) => z.map((v) => 1 / (1 + Math.exp(-v))),
  'sqrt-softplus': (z) => z.map((v) => Math.sqrt(Math.log1p(Math.exp(v)))),
  relu: (z) => z.map((v) => Math.max(v, 0)),
};
const names = Object.keys(oracle) as ScoreName[];
const some = [1.5, -2, 0.25, 0, 3, -0.5];

onEachBackend('scores', () => {
  it.each(names)('%s is its formula', (name) => {
    const logits = [...some, -30, 12, 0.1, 40, -8, 2];
    const got = tidy(() => numbers(scoresOf(tensor2d(logits, [3, 4]), name)));
    const rows = [0, 4, 8].map((at) => logits.slice(at, at + 4));
    expectClose(got, rows.flatMap(oracle[name]), 1e-6);
  });

  it.each(names.filter((name) => name !== 'relu'))('%s has its gradient', (name) => {
    expectGradient(
      (z) =>
        sum<Scalar>(
          mul(
            scoresOf(z as Tensor2D, name),
            tensor2d([
              [1, -2, 3],
              [2, 1, -1],
            ]),
          ),
        ),
      some,
      [2, 3],
    );
  });

  it.each(names)('%s of logits far apart is finite, and so is its gradient', (name) => {
    const logits = tensor2d([[-3e4, -200, -90, 200, 3e4, 0]]);
    const of = (z: Tensor) => sum(scoresOf(z as Tensor2D, name));
    const got = tidy(() => [...numbers(scoresOf(logits, name)), ...numbers(grad(of)(logits))]);
    expect(got.filter((v) => !Number.isFinite(v))).toEqual([]);
  });

  it.each(names)('%s of equal logits are equal, whatever the sizes', (name) => {
    for (const [tokens, experts] of [
      [7, 4],
      [7, 5],
      [3, 17],
      [1, 1],
      [5, 64],
    ] as const) {
      for (const value of [0.731, -1.3, 2.2, 0.07, -0.4]) {
        const z = tensor2d(new Float32Array(tokens * experts).fill(value), [tokens, experts]);
        const different = new Set(tidy(() => numbers(scoresOf(z, name))));
        expect(different.size, `${tokens}, ${experts}, ${value}`).toBe(1);
      }
    }
  });

  it('are a distribution once divided by their sum; a token that no gate opens has uniform ones', () => {
    const got = tidy(() =>
      numbers(
        distributionOf(
          tensor2d([
            [1, 3],
            [0, 0],
            [5e-3, 0],
          ]),
        ),
      ),
    );
    expectClose(got, [0.25, 0.75, 0.5, 0.5, 1, 0], 1e-6);
  });
});

onEachBackend('weights', () => {
  const scores = [0.9, 0.3, 0.6, 0.1, 0.2, 0.7];

  it('are scores over the sum of the selected ones, 0 elsewhere and for a token without an expert', () => {
    const mask = tensor2d([
      [1, 0, 1],
      [0, 0, 0],
    ]);
    const got = tidy(() => numbers(normalisedWeights(tensor2d(scores, [2, 3]), mask)));
    expectClose(got, [0.6, 0, 0.4, 0, 0, 0], 1e-6);
  });

  it('have the gradient of the quotient', () => {
    const mask = tensor2d([
      [1, 0, 1],
      [0, 1, 1],
    ]);
    const towards = tensor2d([
      [1, 5, -2],
      [3, 2, -1],
    ]);
    expectGradient(
      (s) => sum<Scalar>(mul(normalisedWeights(s as Tensor2D, mask), towards)),
      scores,
      [2, 3],
    );
  });

  it('and their gradients are finite where every selected score underflows', () => {
    const mask = tensor2d([[1, 1, 0]]);
    const got = tidy(() => {
      const of = (z: Tensor) =>
        sum(
          mul(normalisedWeights(scoresOf(z as Tensor2D, 'sigmoid'), mask), tensor2d([[1, 2, 3]])),
        );
      return [-100, -60, -42].flatMap((z) => numbers(grad(of)(tensor2d([[z, z - 1, 0]]))));
    });
    expect(got.filter((v) => !Number.isFinite(v))).toEqual([]);
  });

  it('are scaled by a constant', () => {
    const weights = tensor2d(scores, [2, 3]);
    expect(scaledWeights(weights, 1)).toBe(weights);
    expectClose(
      tidy(() => numbers(scaledWeights(weights, 2.5))),
      scores.map((s) => s * 2.5),
      1e-6,
    );
  });
});

onEachBackend('the cosine gate', () => {
  it('compares directions: lengths change nothing, and a token of zeros has logits of 0', () => {
    const gate = createCosineGate({ modelWidth: 3, numExperts: 4, seed: 1 }, { temperature: 0.5 });
    const weights = gate.variables()[0]!.arraySync() as number[][];
    const x = [
      [1, 2, -1],
      [100, 200, -100],
      [0, 0, 0],
      [0, -3, 0.5],
    ];
    const cosine = (row: readonly number[], e: number) => {
      const column = weights.map((w) => w[e]!);
      const dot = (a: readonly number[], b: readonly number[]) =>
        a.reduce((s, v, i) => s + v * b[i]!, 0);
      const lengths = Math.sqrt(dot(row, row) * dot(column, column));
      return lengths === 0 ? 0 : dot(row, column) / lengths;
    };
    const expected = x.flatMap((row) => [0, 1, 2, 3].map((e) => cosine(row, e) / 0.5));
    expectClose(
      tidy(() => numbers(gate.logits(tensor2d(x)))),
      expected,
      1e-5,
    );
    const slopes = tidy(() => numbers(grad((t) => sum(gate.logits(t as Tensor2D)))(tensor2d(x))));
    expect(slopes.every(Number.isFinite)).toBe(true);
    gate.dispose();
  });

  it('has the gradient of its formula', () => {
    const gate = createCosineGate({ modelWidth: 3, numExperts: 2, seed: 2 });
    const towards = tensor2d([
      [1, -2],
      [3, 1],
    ]);
    const x = Array.from(normalArray(createRng(4), 6));
    expectGradient((t) => sum<Scalar>(mul(gate.logits(t as Tensor2D), towards)), x, [2, 3]);
    gate.dispose();
  });
});
