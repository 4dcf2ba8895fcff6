import { assertKinds } from '@moekit/core';
import { assertParallel } from './bleu.js';
import { countMatches, countNgrams } from './ngrams.js';
import { splitWords } from './whitespace.js';

const PUNCTUATION = new Set('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');

export interface ChrfOptions {
  /** Default 6. */
  readonly characterOrder?: number;
  /** Default 2, which is chrF++; 0 is chrF. */
  readonly wordOrder?: number;
  /** Recall counts this many times as much as precision. Default 2. */
  readonly beta?: number;
}

/** N-grams of one order: in hypotheses, in references, in both. */
type Counts = readonly [hypothesis: number, reference: number, matches: number];

/**
 * Corpus chrF++ (Popovic 2017) as sacreBLEU computes it; its signature
 * `nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:2.x` holds for the score.
 * Formula:  100 (1 + b^2) P R / (b^2 P + R), P and R the means over the orders that hypotheses and references have
 * @param hypotheses detokenised text, one a reference      @returns from 0 to 100
 * @throws DATA_PARALLEL on different counts
 */
export function chrf(
  hypotheses: readonly string[],
  references: readonly string[],
  { characterOrder = 6, wordOrder = 2, beta = 2 }: ChrfOptions = {},
): number {
  assertKinds('chrf', { hypotheses, references }, { hypotheses: 'list', references: 'list' });
  assertParallel(hypotheses, references);
  const orders = { characterOrder, wordOrder };
  const sums = hypotheses
    .map((hypothesis, s) => countOrders(hypothesis, references[s]!, orders))
    .reduce(addCounts, new Array<Counts>(characterOrder + wordOrder).fill([0, 0, 0]));
  return scoreOf(sums, beta ** 2);
}

function countOrders(
  hypothesis: string,
  reference: string,
  { characterOrder, wordOrder }: { characterOrder: number; wordOrder: number },
): Counts[] {
  const [ours, theirs] = [splitWords(hypothesis), splitWords(reference)];
  const characters = [[...ours.join('')], [...theirs.join('')]] as const;
  const words = [ours.flatMap(withoutPunctuation), theirs.flatMap(withoutPunctuation)] as const;
  return [
    ...Array.from({ length: characterOrder }, (_, i) => countOrder(...characters, i + 1)),
    ...Array.from({ length: wordOrder }, (_, i) => countOrder(...words, i + 1)),
  ];
}

function countOrder(ours: readonly string[], theirs: readonly string[], n: number): Counts {
  const [hypothesis, reference] = [countNgrams(ours, n), countNgrams(theirs, n)];
  const count = (items: readonly string[]) => Math.max(items.length - n + 1, 0);
  // an order that the reference lacks says nothing of the hypothesis
  return [reference.size > 0 ? count(ours) : 0, count(theirs), countMatches(hypothesis, reference)];
}

/** A mark at either end of a word is a word of its own, the last first: "(hi)" is "(hi" and ")", as in sacreBLEU. */
function withoutPunctuation(word: string): string[] {
  const characters = [...word];
  if (characters.length === 1) return [word];
  if (PUNCTUATION.has(characters.at(-1)!))
    return [characters.slice(0, -1).join(''), characters.at(-1)!];
  if (PUNCTUATION.has(characters[0]!)) return [characters[0]!, characters.slice(1).join('')];
  return [word];
}

function addCounts(sums: readonly Counts[], counts: readonly Counts[]): Counts[] {
  return sums.map((sum, i) => [
    sum[0] + counts[i]![0],
    sum[1] + counts[i]![1],
    sum[2] + counts[i]![2],
  ]);
}

function scoreOf(sums: readonly Counts[], factor: number): number {
  const used = sums.filter(([hypothesis, reference]) => hypothesis > 0 && reference > 0);
  if (used.length === 0) return 0;
  const mean = (of: (counts: Counts) => number) =>
    used.reduce((sum, counts) => sum + of(counts), 0) / used.length;
  const precision = mean(([hypothesis, , matches]) => matches / hypothesis);
  const recall = mean(([, reference, matches]) => matches / reference);
  if (precision + recall === 0) return 0;
  return (100 * (1 + factor) * precision * recall) / (factor * precision + recall);
}
