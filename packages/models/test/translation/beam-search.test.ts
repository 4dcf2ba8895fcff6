import '@tensorflow/tfjs';
import { createRng } from '@moekit/core';
import { memory, setBackend, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

import { pairBatch } from '../../src/tasks/translation/batches.js';
import type { BeamOptions, NextTokensOf } from '../../src/tasks/translation/beam-search.js';
import { beamSearch } from '../../src/tasks/translation/beam-search.js';
import type { TranslationModel } from '../../src/tasks/translation/contract.js';
import { END } from '../../src/tasks/translation/pairs.js';
import { translate } from '../../src/tasks/translation/translate.js';
import { createTranslationModel } from '../../src/tasks/translation/translation-model.js';
import { randomPairs, tinyTranslation } from './tiny-translation.js';

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

/** A language of three tokens (2 ends) whose next token depends on the last two alone. */
function toyLanguage(seed: number): (ids: readonly number[]) => number[] {
  return (ids) => {
    const rng = createRng(seed).fork(ids.slice(-2).join(' '));
    const weights = Array.from({ length: 3 }, () => Math.exp(2 * rng.normal()));
    const total = weights.reduce((sum, w) => sum + w, 0);
    return weights.map((w) => Math.log(w / total)); // of tokens 2, 3, 4
  };
}

/** The toy as beam search sees a model: it knows what each row has read. */
function scorer(logProbsOf: (ids: readonly number[]) => number[], rows: number): NextTokensOf {
  let read: number[][] = Array.from({ length: rows }, () => []);
  return async (tokens, parents) => {
    read = Array.from(tokens, (token, row) => (parents ? [...read[parents[row]!]!, token] : []));
    const next = read.map((ids) => logProbsOf(ids));
    const order = next.map((p) => [0, 1, 2].sort((a, b) => p[b]! - p[a]!));
    return {
      width: 3,
      ids: order.flatMap((o) => o.map((i) => i + 2)),
      logProbs: order.flatMap((o, row) => o.map((i) => next[row]![i]!)),
      endLogProbs: next.map((p) => p[0]!),
    };
  };
}

/** The best of all translations of at most `maxLength` tokens, the end counted. */
function exhaustive(
  logProbsOf: (ids: readonly number[]) => number[],
  { maxLength, lengthPenalty }: { maxLength: number; lengthPenalty: number },
) {
  let best = { ids: [] as number[], score: -Infinity };
  const visit = (ids: number[], logProb: number) => {
    const next = logProbsOf(ids);
    const score = (logProb + next[0]!) / (ids.length + 1) ** lengthPenalty;
    if (score > best.score) best = { ids, score };
    if (ids.length + 1 >= maxLength) return;
    for (const token of [3, 4]) visit([...ids, token], logProb + next[token - 2]!);
  };
  visit([], 0);
  return best;
}

const options = { lengthPenalty: 1, start: 1, end: END } satisfies Partial<BeamOptions>;

describe('beam search', () => {
  test.each([0, 0.6, 1])('as wide as the language finds the best of all, penalty %d', async (p) => {
    for (let seed = 1; seed <= 20; seed++) {
      const language = toyLanguage(seed);
      const beamSize = 2 ** 6; // more than there are open translations at any length
      const search = { ...options, beamSize, lengthPenalty: p, maxLengths: [6] };
      const [found] = await beamSearch(scorer(language, beamSize), search);
      const best = exhaustive(language, { maxLength: 6, lengthPenalty: p });
      expect(found![0]!.score).toBeCloseTo(best.score, 10);
      expect(found![0]!.ids).toEqual(best.ids);
    }
  });

  test('of one beam takes the likeliest token at each step', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const language = toyLanguage(seed);
      const [found] = await beamSearch(scorer(language, 1), {
        ...options,
        beamSize: 1,
        maxLengths: [8],
      });
      const greedy: number[] = [];
      while (greedy.length + 1 < 8) {
        const next = language(greedy);
        const token = next.indexOf(Math.max(...next)) + 2;
        if (token === END) break;
        greedy.push(token);
      }
      expect(found![0]!.ids).toEqual(greedy);
    }
  });

  test('finds in a batch what it finds alone, whatever the limits of the others', async () => {
    const language = toyLanguage(7);
    const search = (maxLengths: number[]) =>
      beamSearch(scorer(language, 3 * maxLengths.length), { ...options, beamSize: 3, maxLengths });
    const together = await search([2, 9, 5]);
    const alone = [await search([2]), await search([9]), await search([5])];
    expect(together).toEqual(alone.map(([found]) => found));
  });

  test('ends a translation at its limit and never goes past it', async () => {
    const endless = () => [-20, -0.7, -0.8];
    const [found] = await beamSearch(scorer(endless, 2), {
      ...options,
      beamSize: 2,
      maxLengths: [4],
    });
    expect(found!.map(({ ids }) => ids.length)).toEqual([3, 3]);
  });

  test('with a larger penalty gives longer translations', async () => {
    const even = () => [Math.log(0.4), Math.log(0.35), Math.log(0.25)];
    const length = async (lengthPenalty: number) => {
      const search = { ...options, beamSize: 64, lengthPenalty, maxLengths: [6] };
      const [found] = await beamSearch(scorer(even, 64), search);
      return found![0]!.ids.length;
    };
    expect(await length(0)).toBe(0);
    expect(await length(3)).toBe(5);
  });
});

/** Greedy decoding by whole passes, without a cache. */
function greedyWithoutCache(model: TranslationModel, source: Int32Array, limit: number): number[] {
  const ids: number[] = [];
  while (ids.length + 1 < limit) {
    const batch = pairBatch([{ source, target: Int32Array.from(ids) }]);
    const logits = tidy(() => model.forward(batch, { training: false }).logits.dataSync().slice());
    const last = Array.from(logits.slice(-model.config.vocabSize));
    last[0] = last[1] = -Infinity; // padding and start are never said
    const token = last.indexOf(Math.max(...last));
    if (token === END) break;
    ids.push(token);
  }
  return ids;
}

describe('translation by a model', () => {
  test('with one beam and a cache is greedy decoding without one', async () => {
    const model = createTranslationModel({ ...tinyTranslation, decoderLayers: 2 });
    const sources = randomPairs([
      [5, 1],
      [2, 1],
      [4, 1],
    ]).map(({ source }) => source);
    const found = await translate(model, sources, { beamSize: 1, lengthPenalty: 1 });
    found.forEach(([best], s) => {
      expect(best!.ids).toEqual(greedyWithoutCache(model, sources[s]!, 10));
    });
    model.dispose();
  });

  test('gives each sentence what it gives it alone, in the order asked for', async () => {
    const model = createTranslationModel(tinyTranslation);
    const sources = randomPairs([
      [5, 1],
      [1, 1],
      [3, 1],
    ]).map(({ source }) => source);
    const together = await translate(model, sources, { beamSize: 3, lengthPenalty: 1 });
    for (const [s, source] of sources.entries()) {
      const [alone] = await translate(model, [source], { beamSize: 3, lengthPenalty: 1 });
      expect(together[s]![0]!.ids).toEqual(alone![0]!.ids);
    }
    model.dispose();
  });

  test('leaves nothing behind', async () => {
    const model = createTranslationModel(tinyTranslation);
    const before = memory().numTensors;
    await translate(model, [Int32Array.of(4, 5)], { beamSize: 2, lengthPenalty: 1 });
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });
});
