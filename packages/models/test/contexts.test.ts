import '@tensorflow/tfjs';
import type { RouteContext } from '@moekit/core';
import { MoELayer, createRng } from '@moekit/core';
import { setBackend, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';

import type { MoEFactory } from '../src/contract.js';
import { createLanguageTask } from '../src/tasks/language/language-task.js';
import { createTranslationModel } from '../src/tasks/translation/translation-model.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { alphabetData, randomTokens, tinyConfig } from './tiny.js';
import { top1Factory } from './top1-router.js';
import { tinyTranslation, unevenBatch } from './translation/tiny-translation.js';
import { tinyTask } from './vision-language/tiny-scenes.js';

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

interface Seen {
  readonly tokens: number;
  readonly sequences: RouteContext['sequences'];
  readonly labels: number[] | undefined;
}

let seen: Seen[] = [];
beforeEach(() => (seen = []));

/** Notes what each routing knows of its tokens. */
const watching: MoEFactory = (spec) => {
  const { router, experts } = top1Factory()(spec);
  const route: typeof router.route = (x, context) => {
    const { sequences, labels } = context;
    seen.push({ tokens: x.shape[0], sequences, labels: labels && [...labels.dataSync()] });
    return router.route(x, context);
  };
  return new MoELayer({ router: { ...router, route }, experts });
};

test('a language model says which tokens form a sequence, and their domains where the data has them', () => {
  const model = createLanguageModel(tinyConfig, watching);
  const task = createLanguageTask(model, { ...alphabetData(), vocabSize: 11 }, { batchSize: 2 });
  const batch = { size: 2, tokens: randomTokens(12), targets: randomTokens(12, 11, 2) };
  tidy(() => {
    expect(task.pass(batch, { training: true }).labels).toBeUndefined();
  });
  const labels = Int32Array.from({ length: 12 }, (_, t) => (t < 6 ? 3 : 1));
  tidy(() => {
    const passed = task.pass({ ...batch, labels }, { training: false });
    expect([...passed.labels!.dataSync()]).toEqual([...labels]);
  });
  const sequences = { batch: 2, length: 6 };
  expect(seen).toEqual([
    { tokens: 12, sequences, labels: undefined },
    { tokens: 12, sequences, labels: [...labels] },
  ]);
  const [, second] = task.splitBatch!({ ...batch, labels }, 2);
  expect([...second!.labels!]).toEqual([1, 1, 1, 1, 1, 1]);
  model.dispose();
});

test('a language task names the domains that its data has, and its batches have their labels', () => {
  const model = createLanguageModel(tinyConfig, watching);
  const plain = { ...alphabetData(), vocabSize: 11 };
  const labelsOf = ({ length }: { readonly length: number }) =>
    Int32Array.from({ length }, (_, i) => i % 2);
  const [train, validation] = [labelsOf(plain.train), labelsOf(plain.validation)];
  const labels = { names: ['even', 'odd'], train, validation };
  const task = createLanguageTask(model, { ...plain, labels }, { batchSize: 2 });
  expect(task.labels).toEqual(['even', 'odd']);
  expect(createLanguageTask(model, plain, { batchSize: 2 })).not.toHaveProperty('labels');
  const [held] = task.heldOutBatches(1);
  for (const batch of [task.trainingBatch(1, createRng(1)), held!]) {
    expect(batch.labels).toHaveLength(batch.tokens.length);
    expect(Math.abs(batch.labels![0]! - batch.labels![1]!)).toBe(1);
  }
  model.dispose();
});

test('a vision-language model labels its tokens by modality, patches before words', () => {
  const { model, source, task } = tinyTask({ moe: watching });
  expect(task.labels).toEqual(['vision', 'text']);
  const { patches, length } = source.layout;
  tidy(() => void task.pass(task.trainingBatch(1, createRng(1)), { training: true }));
  const labels = Array.from({ length: 3 * length }, (_, t) => (t % length < patches ? 0 : 1));
  expect(seen).toEqual([{ tokens: 3 * length, sequences: { batch: 3, length }, labels }]);
  model.dispose();
});

test('both halves of a translation model have sentences of their own length, a step of decoding has one token of each', () => {
  const model = createTranslationModel({ ...tinyTranslation, decoderMoE: true, decoderLayers: 2 }, watching); // prettier-ignore
  const batch = unevenBatch();
  tidy(() => void model.forward(batch, { training: true }));
  const of = (length: number) => ({ tokens: 2 * length, sequences: { batch: 2, length }, labels: undefined }); // prettier-ignore
  expect(seen).toEqual([of(batch.source.length / 2), of(batch.target.length / 2)]);
  const session = model.startDecoding(batch, {});
  seen = [];
  session.next(Int32Array.from([1, 1, 1, 1])).dispose();
  session.dispose();
  expect(seen.map(({ sequences }) => sequences)).toEqual([{ batch: 4, length: 1 }]);
  model.dispose();
});
