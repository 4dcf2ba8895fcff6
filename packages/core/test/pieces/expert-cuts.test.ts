import type { RouteContext, RoutingStats, StepStatistics } from '@moekit/core';
import { createRng, createTokenMask, normalArray } from '@moekit/core';
import type { ExpertCuts } from '@moekit/core/pieces';
import { createExpertCuts } from '@moekit/core/pieces';
import type { Variable } from '@tensorflow/tfjs-core';
import { memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { expectClose, numbers } from '../gradient-check.js';

const EXPERTS = 5;
const context = (rest: Partial<RouteContext> = {}): RouteContext => ({
  training: true,
  rng: createRng(1),
  ...rest,
});
const batch = (tokens: number, seed: number) =>
  Array.from({ length: tokens }, (_, t) =>
    [...normalArray(createRng(seed).fork(`${t}`), EXPERTS)].map((z, e) => z + e / 3),
  );

function statisticsOf(cuts: ExpertCuts, scores: number[][], rest: Partial<RouteContext> = {}) {
  return plainly((): StepStatistics => {
    const x = tensor2d(scores, [scores.length, EXPERTS]);
    const { statistics = {} } = cuts.statistics(x, context(rest));
    const read = Object.entries(statistics).map(([name, { values }]) => [name, numbers(values)]);
    return Object.fromEntries(read) as never;
  });
}

/** `tidy`, for what holds no tensor. */
const plainly = <Result>(act: () => Result) => tidy(act as never) as Result;

const learn = (cuts: ExpertCuts, scores: number[][], rest: Partial<RouteContext> = {}) =>
  cuts.afterStep!({ tokens: scores.length } as RoutingStats, statisticsOf(cuts, scores, rest));
const read = (cuts: ExpertCuts) => tidy(() => numbers(cuts.cuts()));

/** The definition, with sorting. */
const oracle = (scores: number[][], k: number) =>
  Array.from({ length: EXPERTS }, (_, e) => {
    const wanted = Math.max(1, Math.round((scores.length * k) / EXPERTS));
    const column = scores.map((row) => row[e]!).toSorted((a, b) => b - a);
    return (column[wanted - 1]! + (column[wanted] ?? column[wanted - 1]!)) / 2;
  });

onEachBackend('expert cuts', () => {
  it.each([0.2, 1, 1.7, 5])('part each expert its share of a batch, at k = %d', (k) => {
    const cuts = createExpertCuts(EXPERTS, { expertsPerToken: k, decay: 0.9 });
    const scores = batch(23, 1);
    learn(cuts, scores);
    expectClose(read(cuts), oracle(scores, k), 1e-6);
    const wanted = Math.max(1, Math.round((23 * k) / EXPERTS));
    if (k < EXPERTS) {
      const above = read(cuts).map((cut, e) => scores.filter((row) => row[e]! > cut).length);
      expect(above).toEqual(new Array(EXPERTS).fill(wanted));
    }
    cuts.dispose();
  });

  it('are the corrected exponential mean of the steps', () => {
    const cuts = createExpertCuts(EXPERTS, { expertsPerToken: 2, decay: 0.8 });
    let raw = new Array<number>(EXPERTS).fill(0);
    for (let n = 1; n <= 6; n++) {
      const scores = batch(16, n);
      learn(cuts, scores);
      raw = oracle(scores, 2).map((x, e) => 0.8 * raw[e]! + 0.2 * x);
      expectClose(read(cuts), raw.map((x) => x / (1 - 0.8 ** n)), 1e-5); // prettier-ignore
      expect(cuts.steps()).toBe(n);
    }
    cuts.dispose();
  });

  it('without decay are those of the last step', () => {
    const cuts = createExpertCuts(EXPERTS, { expertsPerToken: 1, decay: 0 });
    [3, 4, 5].forEach((seed) => learn(cuts, batch(12, seed)));
    expectClose(read(cuts), oracle(batch(12, 5), 1), 1e-6);
    cuts.dispose();
  });

  it('look at real tokens alone', () => {
    const scores = batch(20, 6);
    const real = Float32Array.from({ length: 20 }, (_, t) => +(t % 3 !== 0));
    const cuts = createExpertCuts(EXPERTS, { expertsPerToken: 2, decay: 0 });
    const { cuts: values } = statisticsOf(cuts, scores, { tokenMask: createTokenMask(real) });
    expectClose(values!, oracle(scores.filter((_, t) => real[t]), 2), 1e-6); // prettier-ignore
    cuts.dispose();
  });

  it('take nothing from padding, from no token or from an evaluation', () => {
    const cuts = createExpertCuts(EXPERTS, { expertsPerToken: 2, decay: 0 });
    const none = { cuts: new Array<number>(EXPERTS).fill(0) };
    const tokenMask = createTokenMask(new Float32Array(4));
    expect(statisticsOf(cuts, batch(4, 1), { tokenMask })).toEqual(none);
    expect(statisticsOf(cuts, [])).toEqual(none);
    expect(statisticsOf(cuts, batch(4, 1), { training: false })).toEqual({});
    cuts.afterStep!({ tokens: 0 } as RoutingStats, none);
    expect([cuts.steps(), ...read(cuts)]).toEqual(new Array(EXPERTS + 1).fill(0));
    cuts.dispose();
  });

  it('restored from their variables continue bit for bit, and leave nothing behind', () => {
    const before = memory().numTensors;
    const rule = { expertsPerToken: 2, decay: 0.99 };
    const [one, other] = [createExpertCuts(EXPERTS, rule), createExpertCuts(EXPERTS, rule)];
    [7, 8].forEach((seed) => learn(one, batch(16, seed)));
    (other.variables()[0] as Variable).assign(one.variables()[0] as Variable);
    [one, other].forEach((cuts) => learn(cuts, batch(16, 9)));
    expect(read(other)).toEqual(read(one));
    expect(other.steps()).toBe(3);
    [one, other].forEach((cuts) => cuts.dispose());
    expect(memory().numTensors).toBe(before);
  });
});
