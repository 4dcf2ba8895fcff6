import { describe, expect, test } from 'vitest';

import { findExperiment, presetOf } from '../src/index.js';
import { sampleResults } from './sample-results.js';

const answerOf = (
  name: string,
  bits: (label: string, seed: number) => number | undefined,
  change: (results: ReturnType<typeof sampleResults>) => void = () => undefined,
) => {
  const experiment = findExperiment(name);
  const results = sampleResults(presetOf(experiment, 'quick'), bits);
  change(results);
  return experiment.answer(results)!;
};

/** Bits per byte by row: its mean, the seed's own, and noise of both that changes its sign. */
const bits = (means: Readonly<Record<string, number>>) => (label: string, seed: number) =>
  (means[label] ?? 3) + seed / 100 + 0.004 * Math.sin(seed * seed * (3 + label.length));

describe('routers/zoo', () => {
  const means = { topk: 3, remoe: 2.9, longcat: 3.1, hash: 2.7, uniform: 3.2 };

  test('says who differs from top-2, controls apart', () => {
    const { sentence } = answerOf('routers/zoo', bits(means));
    const [routers, controls] = sentence.split('Controls: ');
    expect(routers).toMatch(/better: remoe; worse: longcat; not distinguishable: .*switch/);
    expect(routers).not.toMatch(/hash|uniform|oracle/);
    expect(controls).toMatch(/^better: hash; worse: uniform;/);
  });

  test('ranks every row and marks the controls', () => {
    const { findings } = answerOf('routers/zoo', bits(means));
    expect(findings[0]).toMatch(/^1\. hash \(control\): \u22120\.3/);
    expect(findings[1]).toMatch(
      /^2\. remoe: \u22120\.(1|09).* experts per token, 100% of the MoE FLOPs$/,
    );
    expect(findings.at(-1)).toMatch(/uniform \(control\)/);
  });

  test('a row that computes 6% more is named and not judged, one that computes 4% more is', () => {
    const { sentence, findings } = answerOf('routers/zoo', bits(means), ({ rows }) => {
      const computes = (label: string, share: number) => {
        const { evaluation } = rows.find((row) => row.label === label)!.figures!.flops;
        evaluation.moe *= share;
      };
      computes('remoe', 1.06);
      computes('longcat', 1.04);
    });
    expect(sentence).toMatch(/better: none; worse: longcat/);
    expect(findings[0]).toBe(
      'Not matched: remoe computes 106% of what the MoE layers of top-2 compute.',
    );
  });
});

describe('routers/testbed', () => {
  /** Gives each trial of a row an information of expert and domain. */
  const informed =
    (shares: Readonly<Record<string, number>>) =>
    ({ rows }: ReturnType<typeof sampleResults>) => {
      for (const { label, trials } of rows)
        for (const { seed, layers } of trials)
          for (const layer of layers) {
            const labelInformation = (shares[label] ?? 0.1) + seed / 1000;
            Object.assign(layer, { labelInformation, utilisation: 0.5 });
          }
    };

  test('measures the best router on the way from random routing to the oracle', () => {
    const means = { uniform: 3, oracle: 2.6, remoe: 2.7, topk: 2.9, hash: 2.5 };
    const { sentence, findings } = answerOf(
      'routers/testbed',
      bits(means),
      informed({ oracle: 0.99, remoe: 0.4 }),
    );
    expect(sentence).toMatch(/^The best router is remoe: \+0\.1/);
    expect(sentence).toMatch(/information of expert and domain 40%, 50% of the experts in use/);
    expect(sentence).toMatch(/it comes 7[3-7]% of the way\.$/);
    expect(findings[0]).toMatch(/^oracle: information of expert and domain 99%/);
    expect(findings[1]).toMatch(/^hash: \u22120\.(1|09)/);
    expect(findings.find((line) => line.startsWith('remoe'))).toContain('\u22120.590');
  });

  test('where the oracle is no better than random routing, there is no way to go', () => {
    const { sentence } = answerOf('routers/testbed', bits({ oracle: 3.1, uniform: 3 }));
    expect(sentence).toMatch(/there is no gap to close\.$/);
  });
});

test('routers/balance-scope compares scopes by loss, information and balance', () => {
  const means = { 'micro-batch': 3, batch: 2.9, window: 2.9, sequence: 3.1, 'no loss': 3 };
  const { sentence, findings } = answerOf('routers/balance-scope', bits(means), ({ rows }) => {
    for (const { label, trials } of rows)
      for (const { seed, layers } of trials)
        for (const layer of layers) {
          Object.assign(layer, {
            labelInformation: (label === 'window' ? 0.5 : 0.2) + seed / 1000,
            maxViolation: (label === 'sequence' ? 0.1 : 0.4) + seed / 1000,
          });
        }
  });
  expect(sentence).toMatch(
    /by loss: better: .*(batch|window).*; worse: sequence; not.*: no loss\./,
  );
  expect(sentence).toMatch(/window \+0\.300/);
  expect(findings[0]).toBe('micro-batch: information 0.202, max violation 0.402');
  expect(findings.find((line) => line.startsWith('sequence'))).toContain('\u22120.300');
});
