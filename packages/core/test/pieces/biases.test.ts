import type { RouteContext, RoutingStats, StepStatistics } from '@moekit/core';
import { createRng, createTokenMask, normalArray } from '@moekit/core';
import type { QuantileBias, QuantileRule } from '@moekit/core/pieces';
import { createQuantileBias, createSignBias, topExperts } from '@moekit/core/pieces';
import { add, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { expectClose, numbers } from '../gradient-check.js';

const step = (tokensPerExpert: number[], tokens = 1) =>
  ({ tokens, tokensPerExpert }) as unknown as RoutingStats;
const context = (rest: Partial<RouteContext> = {}): RouteContext => ({
  training: true,
  rng: createRng(1),
  ...rest,
});

/** One step of a bias on a batch, as a layer and a trainer take it. */
function learn(
  bias: QuantileBias,
  k: number,
  scores: number[][],
  rest: Partial<RouteContext> = {},
): number[] {
  tidy(() => {
    const { statistics = {} } = bias.statistics(
      tensor2d(scores),
      chosenBy(bias, scores, k),
      context(rest),
    );
    const read = Object.entries(statistics).map(([name, { values }]) => [name, numbers(values)]);
    bias.afterStep!(step([], scores.length), Object.fromEntries(read) as StepStatistics);
  });
  return tidy(() => numbers(bias.offsets()));
}

/** The k highest s + b of each token. */
const chosenBy = (bias: QuantileBias, scores: number[][], k: number) =>
  topExperts(add(tensor2d(scores), bias.offsets()), k);

/** Rows that each expert gets. */
const loads = (scores: number[][], bias: QuantileBias, k: number) =>
  tidy(() => numbers(chosenBy(bias, scores, k).sum(0)));

/** The definition in float64, with sorting. */
function oracle(scores: number[][], b: readonly number[], k: number): number[] {
  const experts = b.length;
  const alpha = scores.map((row) => row.map((s, e) => s + b[e]!).toSorted((x, y) => y - x)[k]!);
  const wanted = Math.max(1, Math.round((scores.length * k) / experts));
  const cuts = b.map((_, e) => {
    const needed = scores.map((row, t) => alpha[t]! - row[e]!).toSorted((x, y) => x - y);
    return (needed[wanted - 1]! + (needed[wanted] ?? needed[wanted - 1]!)) / 2;
  });
  const mean = cuts.reduce((total, cut) => total + cut, 0) / experts;
  return cuts.map((cut) => cut - mean);
}

/** Sigmoid-like scores, of which some experts have more than others. */
function skewed(tokens: number, experts: number, seed: number): number[][] {
  const draws = normalArray(createRng(seed), tokens * experts);
  return Array.from(
    { length: tokens },
    (_, t) =>
    Array.from({ length: experts }, (_, e) => 1 / (1 + Math.exp(-draws[t * experts + e]! - (3 * e) / experts))), // prettier-ignore
  );
}

const rule = (rest: Partial<QuantileRule> = {}): QuantileRule => ({ k: 1, decay: 0, bins: 0, ...rest }); // prettier-ignore

onEachBackend('the sign bias', () => {
  it('moves by its rate towards experts that got less than the mean, and stays at the mean', () => {
    const bias = createSignBias(4, 0.5);
    bias.afterStep!(step([4, 2, 2, 0]), {});
    bias.afterStep!(step([3, 3, 1, 1]), {});
    expect(tidy(() => numbers(bias.offsets()))).toEqual([-1, -0.5, 0.5, 1]);
    expect(bias.variables().map(({ trainable }) => trainable)).toEqual([false]);
    bias.dispose();
  });
});

onEachBackend('the quantile bias', () => {
  const example = [
    [0.9, 0.5],
    [0.8, 0.7],
    [0.7, 0.2],
    [0.6, 0.45],
  ];

  it('of four tokens and two experts: margins .4 .1 .5 .15 are cut between .4 and .15', () => {
    const bias = createQuantileBias(2, rule());
    expect(loads(example, bias, 1)).toEqual([4, 0]);
    expectClose(learn(bias, 1, example), [-0.1375, 0.1375], 1e-6);
    expect(loads(example, bias, 1)).toEqual([2, 2]);
    bias.dispose();
  });

  it.each([
    [64, 8, 2],
    [50, 7, 3],
    [5, 8, 1],
    [16, 4, 3],
  ])(
    'of %i tokens, %i experts and k = %i is the definition, step after step',
    (tokens, experts, k) => {
      const bias = createQuantileBias(experts, rule({ k }));
      let expected = new Array<number>(experts).fill(0);
      for (const seed of [1, 2, 3]) {
        const scores = skewed(tokens, experts, seed);
        expected = oracle(scores, expected, k);
        expectClose(learn(bias, k, scores), expected, 1e-5);
      }
      bias.dispose();
    },
  );

  it('keeps a share of the old bias where it has a decay', () => {
    const bias = createQuantileBias(8, rule({ k: 2, decay: 0.75 }));
    const scores = skewed(40, 8, 5);
    const first = oracle(scores, new Array<number>(8).fill(0), 2).map((b) => b / 4);
    expectClose(learn(bias, 2, scores), first, 1e-5);
    const second = oracle(scores, first, 2);
    expectClose(
      learn(bias, 2, scores),
      first.map((b, e) => 0.75 * b + 0.25 * second[e]!),
      1e-5,
    );
    bias.dispose();
  });

  it('of a histogram is that of the sorted tokens, within a bin or two', () => {
    const [sorted, binned] = [0, 200].map((bins) => createQuantileBias(4, rule({ bins })));
    for (const seed of [1, 2]) {
      const scores = skewed(600, 4, seed);
      const [a, b] = [learn(sorted!, 1, scores), learn(binned!, 1, scores)];
      expectClose(b, a, 3e-2);
    }
    [sorted, binned].forEach((bias) => bias!.dispose());
  });

  it('counts every real token in each expert’s histogram once', () => {
    const bias = createQuantileBias(4, rule({ bins: 10 }));
    tidy(() => {
      const tokenMask = createTokenMask(new Float32Array([1, 1, 0, 1, 1]));
      const { statistics } = bias.statistics(
        tensor2d(skewed(5, 4, 1)),
        chosenBy(bias, skewed(5, 4, 1), 1),
        context({ tokenMask }),
      );
      expect(statistics!['counts']!.values.shape).toEqual([4, 10]);
      expect(numbers(statistics!['counts']!.values.sum(-1))).toEqual([4, 4, 4, 4]);
    });
    bias.dispose();
  });

  it.each([0, 50])('takes no notice of padding, with %i bins', (bins) => {
    const scores = skewed(20, 4, 6);
    const padded = scores.flatMap((row) => [row, [0.9, 0.01, 0.5, 0.3]]);
    const tokenMask = createTokenMask(Float32Array.from({ length: 40 }, (_, t) => +(t % 2 === 0)));
    const [plain, masked] = [1, 2].map(() => createQuantileBias(4, rule({ k: 2, bins })));
    expect(learn(masked!, 2, padded, { tokenMask })).toEqual(learn(plain!, 2, scores));
    [plain, masked].forEach((bias) => bias!.dispose());
  });

  it('balances the next batch of the same distribution where the first sends all to one', () => {
    const bias = createQuantileBias(16, rule({ k: 2 }));
    for (let seed = 1; seed <= 10; seed++) learn(bias, 2, skewed(2048, 16, seed));
    const load = loads(skewed(2048, 16, 99), bias, 2);
    expect(Math.max(...load) / 256 - 1).toBeLessThan(0.2);
    bias.dispose();
  });

  it('hands out nothing at evaluation, nor where every expert is chosen', () => {
    const scores = tensor2d(example);
    for (const [k, training] of [
      [1, false],
      [2, true],
    ] as const) {
      const bias = createQuantileBias(2, rule({ k }));
      expect(bias.statistics(scores, chosenBy(bias, example, k), context({ training }))).toEqual(
        {},
      );
      bias.dispose();
    }
  });

  it('stays where a step had no token', () => {
    const bias = createQuantileBias(2, rule());
    bias.afterStep!(step([0, 0], 0), { cuts: [NaN, NaN] });
    expect(tidy(() => numbers(bias.offsets()))).toEqual([0, 0]);
    bias.dispose();
  });
});
