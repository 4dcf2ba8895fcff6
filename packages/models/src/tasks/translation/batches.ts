import type { Rng } from '@moekit/core';

import { nearlyEqualParts } from '../../training/micro-batches.js';
import type { PairBatch, SourceBatch } from './contract.js';
import type { TokenPair } from './pairs.js';
import { END, PAD, START } from './pairs.js';

/** Sentences as the encoder reads them: end marked, padded to the longest. */
export function sourceBatch(sentences: readonly Int32Array[]): SourceBatch {
  const rows = sentences.map((ids) => [...ids, END]);
  return { size: rows.length, source: padded(rows), sourceLengths: rows.map((row) => row.length) };
}

/** Pairs as a model trains on them: the decoder reads start and translation, and says translation and end. */
export function pairBatch(pairs: readonly TokenPair[]): PairBatch {
  const read = pairs.map(({ target }) => [START, ...target]);
  return {
    ...sourceBatch(pairs.map(({ source }) => source)),
    target: padded(read),
    targetLengths: read.map((row) => row.length),
    labels: Int32Array.from(pairs.flatMap(({ target }) => [...target, END])),
  };
}

/**
 * The pairs of one epoch in batches of about one length and about as many tokens each, in random order: sorted by target
 * length, then by source length give or take three, and cut where the tokens are equal.
 * @returns the same number of batches for every stream; indices of pairs
 */
export function epochBatches(
  pairs: readonly TokenPair[],
  batchSize: number,
  rng: Rng,
): Int32Array[] {
  const keys = pairs.map(
    ({ source, target }) => target.length * 10_000 + source.length + 3 * rng.uniform(),
  );
  return shuffled(cut(pairs, sortedBy(keys), batchSize), rng);
}

/** Batches of about one length in a fixed order, `count` of them at most, spread evenly from short to long. */
export function lengthBatches(
  pairs: readonly TokenPair[],
  { batchSize, count }: { readonly batchSize: number; readonly count: number },
): Int32Array[] {
  const keys = pairs.map(({ source, target }) => target.length * 10_000 + source.length);
  const all = cut(pairs, sortedBy(keys), batchSize);
  const taken = Math.min(count, all.length);
  return Array.from(
    { length: taken },
    (_, i) => all[Math.floor(((i + 0.5) * all.length) / taken)]!,
  );
}

/** Whole pairs, as many in each part give or take one, padded to the longest of their own; a part has one at least. */
export function splitPairs(batch: PairBatch, parts: number): PairBatch[] {
  const { size, source, sourceLengths, target, targetLengths, labels } = batch;
  let said = 0;
  return nearlyEqualParts(size, parts).map(([from, to]) => {
    const lengths = targetLengths.slice(from, to);
    const first = said;
    said += lengths.reduce((sum, n) => sum + n, 0);
    return {
      size: to - from,
      source: cutPadding(source, sourceLengths, [from, to]),
      sourceLengths: sourceLengths.slice(from, to),
      target: cutPadding(target, targetLengths, [from, to]),
      targetLengths: lengths,
      labels: labels.subarray(first, said),
    };
  });
}

function cutPadding(
  ids: Int32Array,
  lengths: readonly number[],
  [from, to]: readonly [number, number],
): Int32Array {
  const width = ids.length / lengths.length;
  const rows = lengths.slice(from, to).map((n, i) => {
    const start = (from + i) * width;
    return Array.from(ids.subarray(start, start + n));
  });
  return padded(rows);
}

/** How many batches an epoch has. */
export function batchesPerEpoch(pairs: number, batchSize: number): number {
  return Math.ceil(pairs / batchSize);
}

function padded(rows: readonly (readonly number[])[]): Int32Array {
  const length = Math.max(...rows.map((row) => row.length));
  const ids = new Int32Array(rows.length * length).fill(PAD);
  rows.forEach((row, b) => ids.set(row, b * length));
  return ids;
}

/** Cuts an order where the tokens before a pair pass the next share of all tokens; empty batches are left to their neighbour. */
function cut(pairs: readonly TokenPair[], order: Int32Array, batchSize: number): Int32Array[] {
  const count = batchesPerEpoch(pairs.length, batchSize);
  const tokens = ({ source, target }: TokenPair) => source.length + target.length + 2;
  const total = pairs.reduce((sum, pair) => sum + tokens(pair), 0);
  const ends: number[] = [];
  let seen = 0;
  order.forEach((pair, at) => {
    seen += tokens(pairs[pair]!);
    const left = order.length - at - 1;
    const due = seen >= ((ends.length + 1) * total) / count || left < count - ends.length;
    if (due && ends.length < count - 1) ends.push(at + 1);
  });
  return [...ends, order.length].map((end, i) => order.subarray(ends[i - 1] ?? 0, end));
}

function sortedBy(keys: readonly number[]): Int32Array {
  return Int32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b);
}

/** Fisher and Yates. */
function shuffled<Item>(items: Item[], rng: Rng): Item[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
