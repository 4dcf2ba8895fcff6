import { createRng } from '@moekit/core';
import { describe, expect, test } from 'vitest';

import { epochBatches, lengthBatches, pairBatch } from '../../src/tasks/translation/batches.js';
import { loadTranslationData } from '../../src/tasks/translation/translation-data.js';
import { parallelFolder, randomPairs } from './tiny-translation.js';

const languages = { from: 'en', to: 'de' };

describe('loaded data', () => {
  test('trains its tokenizer on the training split alone and says what it is', async () => {
    const source = await parallelFolder({
      train: { en: 'ab ab ab ab\nab ab ab ab\nab ab', de: 'cd cd\ncd cd\ncd' },
      val: { en: 'xyxyxyxy xyxyxyxy', de: 'xyxyxyxy' },
      test: { en: 'ab', de: 'cd' },
    });
    const options = { source, ...languages, vocabSize: 300, maxLength: 30 };
    const data = await loadTranslationData(options);
    expect(data.train[0]!.source).toHaveLength(4); // "ab" and " ab" are tokens
    expect(data.validation[0]!.target).toHaveLength(8); // "xy" is not
    expect(data.description.details).toMatchObject({ trainPairs: 3, testPairs: 1 });
    expect(data.description.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(data.test.references).toEqual(['cd']);
  });

  test('leaves out pairs that are too long, and says so when none is left', async () => {
    const splits = {
      train: { en: 'a\nqwertzuiopasdfgh\nb', de: 'x\ny\nz' },
      val: { en: 'a', de: 'x' },
      test: { en: 'a'.repeat(50), de: 'x' },
    };
    const load = async (corpus: typeof splits) => {
      const source = await parallelFolder(corpus);
      return loadTranslationData({ source, ...languages, vocabSize: 259, maxLength: 4 });
    };
    const data = await load(splits);
    expect(data.train).toHaveLength(2);
    expect(data.test.sources[0]).toHaveLength(3); // cut, not left out: scores are of the whole test
    const long = { ...splits, val: { en: 'qwertzuiopasdfgh', de: 'x' } };
    await expect(load(long)).rejects.toMatchObject({ code: 'DATA_SHORT' });
  });
});

describe('batches', () => {
  const rng = createRng(2);
  const pairs = randomPairs(
    Array.from({ length: 203 }, () => [1 + rng.integer(20), 1 + rng.integer(20)] as const),
  );

  test('of an epoch hold each pair once', () => {
    const batches = epochBatches(pairs, 16, createRng(1));
    expect(batches).toHaveLength(13);
    const all = batches.flatMap((batch) => [...batch]).sort((a, b) => a - b);
    expect(all).toEqual([...pairs.keys()]);
  });

  test('have about as many tokens each and little padding', () => {
    const tokens = epochBatches(pairs, 16, createRng(1)).map((indices) => {
      const batch = pairBatch([...indices].map((i) => pairs[i]!));
      const real = [...batch.sourceLengths, ...batch.targetLengths].reduce((sum, n) => sum + n, 0);
      return { real, padded: batch.source.length + batch.target.length };
    });
    const mean = tokens.reduce((sum, { real }) => sum + real, 0) / tokens.length;
    tokens.forEach(({ real }) => expect(Math.abs(real / mean - 1)).toBeLessThan(0.25));
    const padding = tokens.reduce((sum, { real, padded }) => sum + padded - real, 0);
    expect(padding / (mean * tokens.length)).toBeLessThan(0.4);
  });

  test('of another stream are others, of the same stream the same', () => {
    const of = (seed: number) => epochBatches(pairs, 16, createRng(seed));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  test('are as many as asked for when pairs are few', () => {
    const few = pairs.slice(0, 3);
    const batches = epochBatches(few, 1, createRng(1));
    expect(batches.map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  test('held out go from short to long', () => {
    const batches = lengthBatches(pairs, { batchSize: 16, count: 4 });
    expect(batches).toHaveLength(4);
    const longest = batches.map((batch) =>
      Math.max(...[...batch].map((i) => pairs[i]!.target.length)),
    );
    expect(longest).toEqual([...longest].sort((a, b) => a - b));
    expect(lengthBatches(pairs.slice(0, 2), { batchSize: 16, count: 4 })).toHaveLength(1);
  });

  test('mark the start of what is read and the end of what is said', () => {
    const batch = pairBatch([
      { source: Int32Array.of(5, 6), target: Int32Array.of(7) },
      { source: Int32Array.of(8), target: Int32Array.of(9, 10) },
    ]);
    expect([...batch.source]).toEqual([5, 6, 2, 8, 2, 0]);
    expect([...batch.target]).toEqual([1, 7, 0, 1, 9, 10]);
    expect([...batch.labels]).toEqual([7, 2, 9, 10, 2]);
    expect(batch.targetLengths).toEqual([2, 3]);
  });
});
