import { describe, expect, test } from 'vitest';

import type { Results } from '../src/index.js';
import { rankingSentences } from '../src/results/ranking-words.js';
import { rankingsOf } from '../src/results/ranking.js';
import { sampleResults } from './sample-results.js';

const labels = ['dense', 'topk', 'switch'];
const input = (seeds: readonly number[], rows = labels) => ({
  routers: rows.map((router) => ({ router })),
  seeds: [...seeds],
});

/** Rows whose figures move together with the seed, by these much from 3.2. */
const apart = (seeds: readonly number[], from: Readonly<Record<string, number>>) =>
  sampleResults(input(seeds), (label, seed) => {
    const noise = ((label.length * seed) % 3) / 1000;
    return 2.9 + seed / 10 + (from[label] ?? 0) + noise;
  });

const sentenceOf = (run: Results) => rankingSentences(run).map(({ sentence }) => sentence);

describe('the ranking', () => {
  test('has the best first, with its difference as a share of the baseline', () => {
    const [ranking] = rankingsOf(apart([1, 2, 3], { topk: -0.3, switch: 0.1 }));
    expect(ranking!.rows.map(({ row, rank }) => [row.label, rank])).toEqual([
      ['topk', 1],
      ['dense', 2],
      ['switch', 3],
    ]);
    expect(ranking!.baseline!.label).toBe('dense');
    const [best] = ranking!.rows;
    expect(best!.outcome).toBe('better');
    const level = ranking!.rows[1]!.value!.mean;
    expect(best!.relative!).toBeCloseTo(best!.difference!.mean / level, 12);
  });

  test('goes the other way where more is better', () => {
    const run = apart([1, 2, 3], { topk: -0.3, switch: 0.1 });
    const metric = { ...run.manifest.metrics[0]!, better: 'higher' as const };
    const [ranking] = rankingsOf(run, metric);
    expect(ranking!.rows.map(({ row }) => row.label)).toEqual(['switch', 'dense', 'topk']);
    expect(ranking!.rows[2]!.outcome).toBe('worse');
  });

  test('gives no place to rows that diverged, that beat nothing or that did not finish; they come last', () => {
    const run = sampleResults(input([1, 2], [...labels, 'gshard']), (label, seed) =>
      label === 'topk'
        ? 1e9
        : label === 'switch'
          ? undefined
          : label === 'gshard'
            ? 3.9
            : 3 + seed / 100,
    );
    const [ranking] = rankingsOf({ ...run, reference: null } as Results);
    expect(ranking!.rows.map(({ rank, reason }) => rank ?? reason)).toEqual([
      1,
      'learned nothing',
      'learned nothing',
      'not finished',
    ]);
  });

  test('a control has no place, and comes last', () => {
    const run = apart([1, 2], { topk: -0.3 });
    const rows = run.rows.map((row) =>
      row.label === 'topk'
        ? { ...row, trials: row.trials.map((trial) => ({ ...trial, control: true })) }
        : row,
    );
    const [ranking] = rankingsOf({ ...run, rows });
    expect(ranking!.rows.map(({ reason }) => reason)).toEqual([null, null, 'control']);
    expect(sentenceOf({ ...run, rows })[0]).not.toContain('topk');
  });

  test('groups are ranked apart', () => {
    const routers = labels.map((router, i) => ({ router, group: i === 1 ? 'b' : 'a' }));
    const run = sampleResults({ routers, seeds: [1, 2] }, () => 3);
    expect(rankingsOf(run).map(({ group, rows }) => [group, rows.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(sentenceOf(run)[1]).toMatch(/^topk: 3\.000 bits\/byte \(2 seeds\)\. It is the only row/);
  });
});

describe('the sentence of a ranking', () => {
  test('names the best, by how much, with the interval, the baseline and the seeds', () => {
    expect(sentenceOf(apart([1, 2, 3], { topk: -0.3, switch: 0.1 }))).toEqual([
      'topk is best: 2.801 bits/byte, 0.300 [0.298, 0.302] (9.7%) below the baseline dense over 3 seeds.',
    ]);
  });

  test('says whether the next is worse, where that is not the baseline', () => {
    const clear = sentenceOf(apart([1, 2, 3], { topk: -0.3, switch: -0.1 }))[0];
    expect(clear).toMatch(/It is also better than the next, switch \(−0\.199 ±0\.00\d\)\.$/);
    const close = sampleResults(input([1, 2, 3]), (label, seed) =>
      label === 'dense' ? 3.4 : 3.2 + (label === 'topk' ? (seed % 2) / 100 : ((seed + 1) % 2) / 50),
    );
    expect(sentenceOf(close)[0]).toMatch(
      /It is not distinguishable from the next, (topk|switch) \(/,
    );
  });

  test('of one seed says that noise is unknown', () => {
    expect(sentenceOf(apart([1], { topk: -0.3 }))[0]).toBe(
      'One seed: nothing can be said about noise. In this run topk came first with 2.701 bits/byte, 0.301 (10%) below the baseline dense. Use --seeds 3 or more to judge.',
    );
  });

  test('does not call best what is not distinguishable from the baseline', () => {
    const run = sampleResults(input([1, 2, 3]), (label, seed) =>
      label === 'dense' ? 3.2 : label === 'topk' ? 3.19 + (seed % 2) / 30 - 0.02 : 3.3,
    );
    expect(sentenceOf(run)[0]).toMatch(
      /^No row is distinguishably better than the baseline dense\. The best mean is that of topk: .* over 3 seeds, not distinguishable\.$/,
    );
  });

  test('says that no row beats a baseline that comes first', () => {
    const worse = sentenceOf(apart([1, 2, 3], { topk: 0.3, switch: 0.1 }))[0];
    expect(worse).toMatch(
      /^No row beats the baseline dense: .* over 3 seeds every other row is worse\.$/,
    );
  });

  test('has words where there is nothing to compare', () => {
    expect(sentenceOf(sampleResults(input([1, 2]), () => undefined))).toEqual([
      'No trial finished: there is nothing to compare.',
    ]);
    const alone = sampleResults(input([1], ['topk']), () => 3);
    expect(sentenceOf(alone)).toEqual([
      'topk: 3.000 bits/byte (one seed). It is the only row: there is nothing to compare it with.',
    ]);
    expect(sentenceOf(sampleResults(input([1, 2]), () => 1e300))[0]).toMatch(
      /^Nothing can be compared/,
    );
    const unpaired = sampleResults(input([1, 2, 3, 4]), (label, seed) =>
      (label === 'dense') === seed < 3 ? 3 + seed / 100 - (label === 'dense' ? 0 : 0.2) : undefined,
    );
    expect(sentenceOf(unpaired)[0]).toContain('No seed finished in it and in the baseline dense');
  });
});
