import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { bleu } from '../../src/metrics/bleu.js';
import { chrf } from '../../src/metrics/chrf.js';
import { tokenize13a } from '../../src/metrics/tokenize-13a.js';

/** Made with sacreBLEU by goldens/make-sacrebleu.py; columns are BLEU, chrF and chrF++. */
const golden = JSON.parse(
  readFileSync(new URL('../goldens/sacrebleu.json', import.meta.url), 'utf8'),
) as {
  signatures: Record<string, string>;
  corpus: number[];
  groups: { from: number; to: number; scores: number[] }[];
  pairs: { hypothesis: string; reference: string; scores: number[] }[];
};

const hypotheses = golden.pairs.map(({ hypothesis }) => hypothesis);
const references = golden.pairs.map(({ reference }) => reference);

function scores(ours: readonly string[], theirs: readonly string[]): number[] {
  return [bleu(ours, theirs).score, chrf(ours, theirs, { wordOrder: 0 }), chrf(ours, theirs)];
}

/** The golden numbers have six decimals. */
function expectClose(got: readonly number[], expected: readonly number[], what: string): void {
  got.forEach((score, i) =>
    expect(Math.abs(score - expected[i]!), `${what}: ${score}`).toBeLessThan(1e-5),
  );
}

describe('numbers of sacreBLEU', () => {
  test('are those of its default BLEU, chrF and chrF++', () => {
    expect(golden.signatures['bleu']).toMatch(
      /^nrefs:1\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|version:2\./,
    );
    expect(golden.signatures['chrf++']).toMatch(
      /^nrefs:1\|case:mixed\|eff:yes\|nc:6\|nw:2\|space:no\|version:2\./,
    );
  });

  test('hold for a corpus of more than 500 pairs', () => {
    expect(golden.pairs.length).toBeGreaterThan(500);
    expectClose(scores(hypotheses, references), golden.corpus, 'corpus');
  });

  test('hold for parts of it', () => {
    for (const { from, to, scores: expected } of golden.groups) {
      const got = scores(hypotheses.slice(from, to), references.slice(from, to));
      expectClose(got, expected, `${from} to ${to}`);
    }
  });

  test('hold for each pair alone, edge cases of 13a among them', () => {
    for (const { hypothesis, reference, scores: expected } of golden.pairs) {
      expectClose(scores([hypothesis], [reference]), expected, JSON.stringify(hypothesis));
    }
  });
});

test('a translation equal to its reference scores 100', () => {
  const text = ['The quick brown fox jumps.', 'Über den Wolken, 3.5 km hoch!'];
  expect(bleu(text, text).score).toBeCloseTo(100, 9);
  expect(chrf(text, text)).toBeCloseTo(100, 9);
});

test('nothing at all scores 0', () => {
  expect(bleu([], []).score).toBe(0);
  expect(chrf([], [])).toBe(0);
});

test('a hypothesis without a reference is refused', () => {
  expect(() => bleu(['a'], [])).toThrow(expect.objectContaining({ code: 'DATA_PARALLEL' }));
  expect(() => chrf([], ['a'])).toThrow(expect.objectContaining({ code: 'DATA_PARALLEL' }));
});

test('13a keeps numbers whole and takes words from their punctuation', () => {
  expect(tokenize13a('It cost $1,000.50, i.e. 5-6% more.')).toEqual(
    'It cost $ 1,000.50 , i . e . 5 - 6 % more .'.split(' '),
  );
});
