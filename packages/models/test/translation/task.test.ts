import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createRng, parseOptions } from '@moekit/core';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { PairBatch } from '../../src/tasks/translation/contract.js';
import { quickTranslation } from '../../src/tasks/translation/presets.js';
import { translation } from '../../src/tasks/translation/translation.js';
import { train } from '../../src/training/train.js';
import { top1Factory } from '../top1-router.js';

const { training } = quickTranslation;

let home: string;
const before = process.env['MOEKIT_HOME'];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'moekit-translation-'));
  process.env['MOEKIT_HOME'] = home; // where tokenizers are kept
  await setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm');
});

afterAll(async () => {
  if (before === undefined) delete process.env['MOEKIT_HOME'];
  else process.env['MOEKIT_HOME'] = before;
  await rm(home, { recursive: true });
});

const parsed = (options: object = {}) => parseOptions(translation.options, options, 'translation');

const small = {
  data: { testSentences: 6 },
  model: { modelWidth: 16, feedForwardWidth: 32, numHeads: 2, encoderLayers: 2, beamSize: 2 },
};

describe('the translation task', () => {
  test('has defaults for everything: the quick preset', () => {
    const { data, model } = parsed();
    expect({ data, model }).toEqual({ data: quickTranslation.data, model: quickTranslation.model });
    expect(translation.layer(parsed())).toMatchObject({ modelWidth: 48, feedForwardWidth: 96 });
  });

  test('refuses options that it does not know', () => {
    const wrong = (options: object) => () => parsed(options);
    expect(wrong({ model: { width: 3 } })).toThrow(
      expect.objectContaining({ code: 'MOE_OPTIONS' }),
    );
    expect(wrong({ data: { vocabSize: 3 } })).toThrow(
      expect.objectContaining({ code: 'MOE_OPTIONS' }),
    );
  });

  test('gives the batch of a step whatever was asked for before, each pair once an epoch', async () => {
    const options = parsed(small);
    const data = await translation.load(options);
    const task = translation.create(options, data, { seed: 1, batchSize: 500 });
    const rng = createRng(5);
    const batches = [3, 1, 16, 17].map((step) => task.trainingBatch(step, rng) as PairBatch);
    const again = [17, 3, 1, 16].map((step) => task.trainingBatch(step, rng) as PairBatch);
    expect(again).toEqual([batches[3], batches[0], batches[1], batches[2]]);
    expect(batches[3]).not.toEqual(batches[1]); // the next epoch has another order
    const epoch = Array.from({ length: 16 }, (_, i) => task.trainingBatch(i + 1, rng) as PairBatch);
    expect(epoch.reduce((sum, { size }) => sum + size, 0)).toBe(data.train.length);
    task.model.dispose();
  });

  test('trains, evaluates and measures, and leaves nothing behind', async () => {
    const options = parsed(small);
    const data = await translation.load(options);
    const start = memory().numTensors;
    const task = translation.create(options, data, {
      seed: 1,
      batchSize: 16,
      moe: top1Factory({ capacityFactor: 1 }),
    });
    const steps = { ...training, steps: 6, warmupSteps: 2, evaluationBatches: 2 };
    const events = await lastValueFrom(train(task, steps).pipe(toArray()));
    const step = events[0]!;
    const evaluation = events.at(-1)!;
    if (step.type !== 'step' || evaluation.type !== 'evaluation') throw new Error('other events');
    expect(step.metrics).toEqual({ loss: step.loss });
    expect(step.layers).toHaveLength(1);
    // tokens are real ones: those of the batch's own lengths, and every source token is routed
    const batch = task.trainingBatch(1, createRng(training.seed).fork('data')) as PairBatch;
    const sum = (lengths: readonly number[]) => lengths.reduce((total, n) => total + n, 0);
    expect(step.tokens).toBe(sum(batch.sourceLengths) + sum(batch.targetLengths));
    expect(step.layers[0]!.tokens).toBe(sum(batch.sourceLengths));
    const { limited, targets } = evaluation.evaluation;
    expect(limited.perplexity).toBeCloseTo(Math.exp(limited.loss), 6);
    expect(limited['accuracy']! * targets).toBeCloseTo(
      Math.round(limited['accuracy']! * targets),
      3,
    );
    const measured = await task.measure!({});
    expect(Object.keys(measured)).toEqual(['bleu', 'chrf']);
    expect(measured['chrf']).toBeLessThan(60); // six steps teach nothing much
    task.model.dispose();
    expect(memory().numTensors).toBe(start);
  });

  test('learns number words: most tokens right after a short training', async () => {
    const options = parsed({ model: { ...small.model, modelWidth: 32, feedForwardWidth: 64 } });
    const data = await translation.load(options);
    const task = translation.create(options, data, { seed: 1, batchSize: 32, moe: top1Factory() });
    const first = task.heldOutBatches(1);
    expect([...first]).toHaveLength(1);
    const short = { ...training, steps: 120, warmupSteps: 20, evaluationBatches: 4 };
    const last = await lastValueFrom(train(task, short));
    if (last.type !== 'evaluation') throw new Error('no evaluation');
    // chance is 0.03 and a model that ignores its source gets about 0.3
    expect(last.evaluation.limited['accuracy']).toBeGreaterThan(0.5);
    task.model.dispose();
  }, 300_000);
});

const folder = process.env['MOEKIT_MULTI30K'];

describe.skipIf(!folder || !existsSync(folder))(
  'Multi30k (skipped unless MOEKIT_MULTI30K names its folder: it may not be redistributed)',
  () => {
    test('is read, tokenised without loss and cut into batches', async () => {
      const options = parsed({
        data: { source: folder, vocabSize: 1000 },
        model: { maxLength: 200 },
      });
      const data = await translation.load(options);
      expect(data.train).toHaveLength(29_000);
      expect(data.validation).toHaveLength(1014);
      expect(data.test.references).toHaveLength(1000);
      const { sources, sourceTexts } = data.test;
      const decode = (ids: Int32Array) => new TextDecoder().decode(data.tokenizer.decode(ids));
      for (const i of [0, 499, 999]) expect(decode(sources[i]!)).toBe(sourceTexts[i]!.trim());
      const task = translation.create(options, data, { seed: 1, batchSize: 100 });
      const batch = task.trainingBatch(1, createRng(1)) as PairBatch;
      expect(task.sizeOf(batch).targets).toBe(batch.labels.length);
      task.model.dispose();
    }, 300_000);
  },
);

test('a trained tokenizer is what the Hugging Face library reads', async () => {
  const { tokenizer } = await translation.load(parsed());
  const text = new TextEncoder().encode('vier und zwanzig tausend ein hundert drei <s> ü😀');
  expect(tokenizer.decode(tokenizer.encode(text))).toEqual(text);
});
