import { createRng } from '@moekit/core';
import type { TokenSequence } from '@moekit/data';
import { expect, test } from 'vitest';

import { bigramReference } from '../src/metrics/bigram.js';
import { evenBatches, randomBatch } from '../src/tasks/language/batches.js';
import { lossFigures } from '../src/tasks/language/language-task.js';

const rng = createRng(4);
const ids = Int32Array.from({ length: 9000 }, () => rng.integer(400));

/** Tokens that only `slice` can reach, as those in files are. */
const sliced: TokenSequence = {
  length: ids.length,
  slice: (start, end) => Array.from(ids.slice(start, end)),
};

test('batches of tokens that are not in memory are those of an array', () => {
  const [a, b] = [ids, sliced].map((split) => [
    randomBatch({ tokens: split }, 5, 33, createRng(7)),
    ...evenBatches({ tokens: split }, { batchSize: 4, batches: 3, length: 21 }),
  ]);
  expect(b).toEqual(a);
});

test('so is the bigram reference', () => {
  const [a, b] = [ids, sliced].map((split) =>
    bigramReference({ train: split, validation: split, vocabSize: 400, bytesPerToken: 1 }),
  );
  expect(b).toEqual(a);
});

test('a lossy tokenizer gives no bits per byte', () => {
  expect(lossFigures(1, null)).toEqual({ loss: 1, perplexity: Math.E });
});
