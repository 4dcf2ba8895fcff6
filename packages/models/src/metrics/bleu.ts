import { assertKinds } from '@moekit/core';
import { fail } from '../errors.js';
import { countMatches, countNgrams } from './ngrams.js';
import { tokenize13a } from './tokenize-13a.js';

const ORDER = 4;

export interface Bleu {
  /** From 0 to 100. */
  readonly score: number;
  /** [4] of n-grams of each order, in per cent. */
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
  readonly hypothesisLength: number;
  readonly referenceLength: number;
}

/**
 * Corpus BLEU (Papineni 2002) as sacreBLEU computes it; its signature
 * `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.x` holds for the score.
 * Formula:  100 BP exp(1/4 sum_n ln p_n),  BP = min(1, exp(1 - r/h)); the k-th order without a match counts 1/2^k matches
 * @param hypotheses detokenised text, one a reference      @throws DATA_PARALLEL on different counts
 */
export function bleu(hypotheses: readonly string[], references: readonly string[]): Bleu {
  assertKinds('bleu', { hypotheses, references }, { hypotheses: 'list', references: 'list' });
  assertParallel(hypotheses, references);
  const [matches, totals] = [new Array<number>(ORDER).fill(0), new Array<number>(ORDER).fill(0)];
  let [hypothesisLength, referenceLength] = [0, 0];
  hypotheses.forEach((hypothesis, s) => {
    const [words, expected] = [tokenize13a(hypothesis), tokenize13a(references[s]!)];
    hypothesisLength += words.length;
    referenceLength += expected.length;
    for (let n = 1; n <= ORDER; n++) {
      totals[n - 1]! += Math.max(words.length - n + 1, 0);
      matches[n - 1]! += countMatches(countNgrams(words, n), countNgrams(expected, n));
    }
  });
  const brevityPenalty = penaltyOf(hypothesisLength, referenceLength);
  const precisions = smoothed(matches, totals);
  const score = brevityPenalty * geometricMean(precisions);
  return { score, precisions, brevityPenalty, hypothesisLength, referenceLength };
}

/** @throws DATA_PARALLEL */
export function assertParallel(hypotheses: readonly string[], references: readonly string[]): void {
  if (hypotheses.length === references.length) return;
  throw fail('DATA_PARALLEL', {
    asked: 'Each hypothesis needs its reference',
    got: `${hypotheses.length} and ${references.length}`,
    fix: 'Pass as many of one as of the other; an empty hypothesis is an empty string.',
  });
}

function penaltyOf(hypothesis: number, reference: number): number {
  if (hypothesis >= reference) return 1;
  return hypothesis > 0 ? Math.exp(1 - reference / hypothesis) : 0;
}

/** In per cent. Zero everywhere when nothing matches, and from the first order on that no hypothesis is long enough for. */
function smoothed(matches: readonly number[], totals: readonly number[]): number[] {
  if (matches.every((n) => n === 0)) return matches.map(() => 0);
  let share = 1;
  const end = totals.indexOf(0);
  return matches.map((n, i) => {
    if (end !== -1 && i >= end) return 0;
    if (n === 0) share *= 2;
    return (100 * (n || 1 / share)) / totals[i]!;
  });
}

function geometricMean(precisions: readonly number[]): number {
  if (precisions.some((p) => p === 0)) return 0;
  return Math.exp(precisions.reduce((sum, p) => sum + Math.log(p), 0) / precisions.length);
}
