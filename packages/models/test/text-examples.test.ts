import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { TokenData } from '@moekit/data';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import { routeText } from '../src/generation/route-text.js';
import { createLanguageTask } from '../src/tasks/language/language-task.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { byteTokenizer } from '@moekit/data';
import { alphabetData, tinyConfig } from './tiny.js';
import { top1Factory } from './top1-router.js';

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'));

const config = { ...tinyConfig, vocabSize: 256 };
const examplesOf = async (dense: boolean, data: TokenData, count = 3) => {
  const model = createLanguageModel(
    config,
    dense ? undefined : top1Factory({ capacityFactor: 0.1 }),
  );
  try {
    const examples = await createLanguageTask(model, data, { batchSize: 2 }).examples!(count);
    const routed = dense
      ? undefined
      : await routeText({ model, tokenizer: byteTokenizer() }, examples[0]?.tokens.map(({ text }) => text).join('') || 'a'); // prettier-ignore
    return { examples, routed };
  } finally {
    model.dispose();
  }
};

test('held-out windows come with their tokens and the experts of each, drop-free, as routeText has them', async () => {
  const before = memory().numTensors;
  const { examples, routed } = await examplesOf(false, alphabetData());
  expect(memory().numTensors).toBe(before);
  expect(examples).toHaveLength(3);
  for (const { texts, tokens, picture } of examples) {
    expect(texts).toEqual({});
    expect(picture).toBeUndefined();
    expect(tokens.map(({ text }) => text).join('')).toMatch(/^[a-j]{6}$/);
    for (const { experts, slots, routes } of tokens) {
      expect([experts, slots]).toEqual([[1], [1]]); // one MoE layer, one expert, none dropped
      expect(routes).toHaveLength(1);
    }
  }
  const [first] = examples;
  expect(first!.tokens.map(({ routes }) => routes)).toEqual(
    routed!.tokens.map(({ layers }) => layers.map(({ experts }) => experts)),
  );
});

test('there are as many windows as asked for', async () => {
  const [some, none] = [await examplesOf(false, alphabetData(), 2), await examplesOf(false, alphabetData(), 0)]; // prettier-ignore
  expect(some.examples).toHaveLength(2);
  expect(none.examples).toEqual([]);
});

test('a dense model has none, and neither has data whose tokenizer is not known', async () => {
  expect((await examplesOf(true, alphabetData())).examples).toEqual([]);
  const { tokenizerFile: _, ...data } = alphabetData();
  expect((await examplesOf(false, data)).examples).toEqual([]);
});
