import type { Rng } from '@moekit/core';
import type { TokenSequence } from '@moekit/data';

import { fail } from '../../errors.js';
import { equalParts } from '../../training/micro-batches.js';

/** B windows of text, each next token the target of the one before. Plain numbers; nothing to dispose. */
export interface Batch {
  /** B */
  readonly size: number;
  /** [B*L] batch-major */
  readonly tokens: Int32Array;
  /** [B*L] */
  readonly targets: Int32Array;
  /** [B*L] the domain of each token, where the data has domains. */
  readonly labels?: Int32Array;
}

/** One split of a text, and what each of its tokens is where the data says so. */
export interface Split {
  readonly tokens: TokenSequence;
  readonly labels?: TokenSequence | undefined;
}

/**
 * B windows at random places.
 * @throws DATA_SHORT when the text has no window of that length
 */
export function randomBatch(split: Split, size: number, length: number, rng: Rng): Batch {
  assertWindow(split.tokens, length);
  const starts = Array.from({ length: size }, () => rng.integer(split.tokens.length - length));
  return batchAt(split, starts, length);
}

/**
 * Windows spread evenly over the text, first and last included, that do not overlap; fewer than asked for when the
 * text has no more.
 * @throws DATA_SHORT when it has none
 */
export function evenBatches(
  split: Split,
  { batchSize, batches, length }: { batchSize: number; batches: number; length: number },
): Batch[] {
  const { length: size } = split.tokens;
  assertWindow(split.tokens, length);
  const room = size - 1 - length;
  const count = Math.min(batchSize * batches, Math.floor((size - 1) / length));
  const starts = Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.floor((i * room) / (count - 1)),
  );
  return Array.from({ length: Math.ceil(count / batchSize) }, (_, i) =>
    batchAt(split, starts.slice(i * batchSize, (i + 1) * batchSize), length),
  );
}

/** Equal numbers of whole windows. @throws MODELS_MICRO_BATCHES when they do not divide the batch */
export function splitWindows({ size, tokens, targets, labels }: Batch, parts: number): Batch[] {
  const length = tokens.length / size;
  return equalParts(size, parts).map(([from, to]) => ({
    size: to - from,
    tokens: tokens.subarray(from * length, to * length),
    targets: targets.subarray(from * length, to * length),
    ...(labels && { labels: labels.subarray(from * length, to * length) }),
  }));
}

function batchAt(
  { tokens: text, labels }: Split,
  starts: readonly number[],
  length: number,
): Batch {
  const tokens = new Int32Array(starts.length * length);
  const targets = new Int32Array(starts.length * length);
  starts.forEach((start, b) => {
    const window = Int32Array.from(text.slice(start, start + length + 1));
    tokens.set(window.subarray(0, length), b * length);
    targets.set(window.subarray(1), b * length);
  });
  const windows = labels && starts.map((start) => labels.slice(start, start + length));
  return {
    size: starts.length,
    tokens,
    targets,
    ...(windows && { labels: Int32Array.from(windows.flatMap((window) => [...window])) }),
  };
}

function assertWindow(text: TokenSequence, length: number): void {
  if (text.length > length) return;
  throw fail('DATA_SHORT', {
    asked: `Each split must have more tokens than the context length, ${length}`,
    got: `${text.length}`,
    fix: 'Use a longer text or a shorter context.',
  });
}
