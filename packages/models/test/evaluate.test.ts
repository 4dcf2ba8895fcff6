import '@tensorflow/tfjs';
import { createRng } from '@moekit/core';
import { memory, scalar, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import type { LanguageModel } from '../src/contract.js';
import type { Batch } from '../src/tasks/language/batches.js';
import { evenBatches, randomBatch } from '../src/tasks/language/batches.js';
import { createLanguageTask } from '../src/tasks/language/language-task.js';
import { evaluate } from '../src/training/evaluate.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { alphabetData, randomTokens, tinyConfig } from './tiny.js';
import { top1Factory } from './top1-router.js';

const tokens = randomTokens(100);
const data = {
  ...alphabetData(),
  vocabSize: 11,
  bytesPerToken: 1.5,
  train: tokens,
  validation: tokens,
};

/** Two batches of three windows. */
const evaluated = (model: LanguageModel) =>
  evaluate(createLanguageTask(model, data, { batchSize: 3 }), { batches: 2 });

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

test('figures follow from the loss, and an untrained model is near uniform', async () => {
  const model = createLanguageModel(tinyConfig, top1Factory());
  const before = memory().numTensors;
  const evaluation = await evaluated(model);
  expect(memory().numTensors).toBe(before);
  const { loss, bitsPerByte, perplexity } = evaluation.limited;
  expect(loss).toBeCloseTo(Math.log(11), 1);
  expect(bitsPerByte).toBeCloseTo(loss / Math.LN2 / 1.5, 12);
  expect(perplexity).toBeCloseTo(Math.exp(loss), 12);
  expect(evaluation.tokens).toBe(36);
  expect(evaluation.targets).toBe(36);
  expect(evaluation.flops.total).toBeCloseTo(36 * model.flopsPerToken([1]).total, 3);
  expect(evaluation.dropFree).toEqual(evaluation.limited);
  expect(await evaluated(model)).toEqual(evaluation);
  model.dispose();
});

test('capacity is counted over all batches, and drop-free evaluation computes every pair', async () => {
  const limited = createLanguageModel(tinyConfig, top1Factory({ capacityFactor: 0.5 }));
  const free = createLanguageModel(tinyConfig, top1Factory());
  const evaluation = await evaluated(limited);
  const whole = await evaluated(free);
  const [layer] = evaluation.layers;
  expect(layer).toMatchObject({ tokens: 36, selectedPairs: 36 });
  expect(layer!.dispatchedPairs).toBeLessThanOrEqual(24); // 4 experts, 3 rows each, 2 batches
  expect(layer!.tokensPerExpert.reduce((sum, n) => sum + n, 0)).toBe(layer!.dispatchedPairs);
  expect(evaluation.dropFree).toEqual(whole.limited);
  expect(evaluation.limited.loss).not.toBe(evaluation.dropFree.loss);
  expect(layer!.entropy).toBeCloseTo(whole.layers[0]!.entropy, 6);
  [limited, free].forEach((model) => model.dispose());
});

test('windows are spread from the first token to the last and do not overlap', () => {
  const text = Int32Array.from({ length: 41 }, (_, i) => i);
  const starts = evenBatches({ tokens: text }, { batchSize: 2, batches: 2, length: 10 }).flatMap(
    (batch) => Array.from({ length: batch.size }, (_, b) => batch.tokens[b * 10]),
  );
  expect(starts).toEqual([0, 10, 20, 30]);
  const [only] = evenBatches(
    { tokens: text.slice(0, 12) },
    { batchSize: 4, batches: 4, length: 10 },
  );
  expect(only).toMatchObject({ size: 1 });
  expect(Array.from(only!.targets)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('a batch smaller than the others counts by its tokens', () => {
  const text = Int32Array.from({ length: 32 }, (_, i) => i);
  const sizes = evenBatches({ tokens: text }, { batchSize: 2, batches: 9, length: 10 }).map(
    (b) => b.size,
  );
  expect(sizes).toEqual([2, 1]);
});

test('random batches reach the last window and depend on the generator alone', () => {
  const text = Int32Array.from({ length: 12 }, (_, i) => i);
  const draw = (seed: number) => randomBatch({ tokens: text }, 50, 10, createRng(seed));
  expect(draw(1)).toEqual(draw(1));
  expect(new Set(Array.from(draw(1).tokens).filter((_, i) => i % 10 === 0))).toEqual(
    new Set([0, 1]),
  );
  expect(Math.max(...draw(1).targets)).toBe(11);
});

test('the labels of a batch are those of its tokens, and not of its targets', () => {
  const tokens = Int32Array.from({ length: 40 }, (_, i) => i);
  const labels = tokens.map((i) => Math.floor(i / 4));
  const batches = [
    randomBatch({ tokens, labels }, 5, 7, createRng(3)),
    ...evenBatches({ tokens, labels }, { batchSize: 2, batches: 2, length: 7 }),
  ];
  for (const batch of batches) expect(batch.labels).toEqual(batch.tokens.map((i) => labels[i]!));
  expect(randomBatch({ tokens }, 5, 7, createRng(3))).not.toHaveProperty('labels');
});

test('a batch without targets leaves the mean alone, and data without any is refused', async () => {
  const model = createLanguageModel(tinyConfig, top1Factory());
  const task = createLanguageTask(model, data, { batchSize: 3 });
  const [batch] = task.heldOutBatches(1);
  const empty = { size: 0, tokens: new Int32Array(0), targets: new Int32Array(0) };
  const pass: typeof task.pass = (given, options) => {
    const passed = task.pass(given === empty ? batch! : given, options);
    return given === empty ? { ...passed, loss: scalar(NaN) } : passed; // a mean over none
  };
  const over = (batches: Batch[]) =>
    evaluate({ ...task, pass, heldOutBatches: () => batches }, { batches: 9 });
  const { loss } = (await over([batch!])).limited;
  expect((await over([empty, batch!, empty])).limited.loss).toBe(loss);
  for (const none of [[], [empty]]) {
    await expect(over(none)).rejects.toMatchObject({ code: 'DATA_SHORT' });
  }
  model.dispose();
});

test('pairs are counted by expert and label, over all batches, where the data has labels', async () => {
  const model = createLanguageModel(tinyConfig, top1Factory());
  const task = createLanguageTask(model, data, { batchSize: 3 });
  const labelled = {
    ...task,
    labels: ['even', 'odd'],
    *heldOutBatches(count: number) {
      for (const batch of task.heldOutBatches(count)) {
        yield { ...batch, labels: batch.tokens.map((id) => id % 2) };
      }
    },
  };
  const before = memory().numTensors;
  const { labels, layers, ...rest } = await evaluate(labelled, { batches: 2 });
  expect(memory().numTensors).toBe(before);
  expect(labels!.names).toEqual(['even', 'odd']);
  const [counts] = labels!.layers;
  expect(counts!.map(([even, odd]) => even! + odd!)).toEqual(layers[0]!.tokensPerExpert);
  const seen = [...task.heldOutBatches(2)].flatMap((batch) => [...batch.tokens]);
  const odd = seen.filter((id) => id % 2 === 1).length;
  expect(counts!.reduce((sum, [, n]) => sum + n!, 0)).toBe(odd);
  const { labels: none, ...without } = await evaluate(task, { batches: 2 });
  expect(none).toBeUndefined();
  expect({ ...rest, layers }).toEqual(without); // nothing else moves
  model.dispose();
});
