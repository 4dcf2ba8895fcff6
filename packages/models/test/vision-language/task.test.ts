import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRng } from '@moekit/core';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { lastValueFrom, toArray } from 'rxjs';
import { beforeAll, describe, expect, test } from 'vitest';

import type { TrainOptions } from '../../src/contract.js';
import { layOut } from '../../src/tasks/vision-language/layout.js';
import {
  largeVisionLanguage,
  quickVisionLanguage,
} from '../../src/tasks/vision-language/presets.js';
import { visionLanguage } from '../../src/tasks/vision-language/vision-language.js';
import { batchGradients } from '../../src/training/batch-gradients.js';
import { evaluate } from '../../src/training/evaluate.js';
import { parseTrainOptions } from '../../src/training/options.js';
import { train } from '../../src/training/train.js';
import { top1Factory } from '../top1-router.js';
import { parsed, tinySource, tinyTask } from './tiny-scenes.js';

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'));

const training: TrainOptions = {
  steps: 15,
  learningRate: 3e-2,
  warmupSteps: 5,
  weightDecay: 0,
  clipNorm: 1,
  seed: 1,
};

/** One digit, asked for by its count, so that no digit has to be read. */
const oneDigit = () => tinySource({ questions: ['count'], maxDigits: 1 });

async function losses(options: Partial<TrainOptions> = {}): Promise<number[]> {
  const source = oneDigit();
  const { model, task } = tinyTask({ source, moe: top1Factory(), batchSize: 2 });
  const events = await lastValueFrom(train(task, { ...training, ...options }).pipe(toArray()));
  model.dispose();
  return events.flatMap((event) => (event.type === 'step' ? event.loss : []));
}

describe('training', () => {
  test('lowers the loss, and repeats byte for byte', async () => {
    const first = await losses();
    expect(await losses()).toEqual(first);
    expect(await losses({ seed: 2, steps: 3 })).not.toEqual(first.slice(0, 3));
    expect(first.at(-1)).toBeLessThan(first[0]! * 0.7);
  });

  test('without task loss moves what the router losses reach, and nothing else', () => {
    const { model, task } = tinyTask({ moe: top1Factory(), taskLoss: false });
    const batch = task.trainingBatch(1, createRng(1));
    const { gradients, report } = batchGradients(task, batch, 1);
    const largest = (name: string) => {
      const v = model.namedVariables().get(name)!;
      return Math.max(...gradients[v.name]!.dataSync().map(Math.abs));
    };
    expect(largest('layers.1.moe.router.0.weight')).toBeGreaterThan(0);
    expect(largest('layers.1.moe.experts.0.weight')).toBe(0);
    expect(largest('norm.gain')).toBe(0);
    // loss, after the router loss, is reported all the same
    expect(report.dataSync()[1]).toBeGreaterThan(1);
    report.dispose();
    Object.values(gradients).forEach((g) => g.dispose());
    model.dispose();
  });
});

describe('batches', () => {
  test('depend on the step and the stream, not on what was drawn before', () => {
    const { model, task } = tinyTask({ batchSize: 4 });
    const at = (step: number, seed = 1) => task.trainingBatch(step, createRng(seed));
    expect(at(5)).toEqual(at(5));
    expect(at(5).patches).not.toEqual(at(6).patches);
    expect(at(5).patches).not.toEqual(at(5, 2).patches);
    model.dispose();
  });

  test('of held-out pictures are the same every time, in whatever batches', () => {
    const { model, task } = tinyTask({ batchSize: 4 });
    const [first, second] = [...task.heldOutBatches(2)];
    const whole = tinyTask({ batchSize: 8 });
    const [both] = [...whole.task.heldOutBatches(1)];
    expect([...first!.tokens, ...second!.tokens]).toEqual([...both!.tokens]);
    expect([...task.heldOutBatches(1)]).toEqual([first]);
    whole.model.dispose();
    model.dispose();
  });
});

test('evaluation reads accuracy and compute by kind of token', async () => {
  const { model, task } = tinyTask({ moe: top1Factory(), batchSize: 8 });
  const { limited, tokens } = await evaluate(task, { batches: 2 });
  expect(limited['accuracy']).toBeGreaterThanOrEqual(0);
  expect(limited['share.vision']! + limited['share.text']!).toBeCloseTo(1, 6);
  expect(limited['experts.ink']).toBe(1);
  expect(tokens).toBeLessThan(2 * 8 * 12);
  model.dispose();
});

describe('examples', () => {
  test('show the picture, the words, and what computed each patch and word', async () => {
    const { model, task } = tinyTask({ moe: top1Factory() });
    const before = memory().numTensors;
    const [first, second] = await task.examples!(2);
    expect(memory().numTensors).toBe(before);
    expect(await task.examples!(1)).toEqual([first]);
    expect(first!.picture).toMatchObject({ width: 56, height: 56 });
    expect(first!.picture!.pixels.length).toBe(56 * 56);
    expect(first!.tokens[1]!.region).toEqual({ x: 28, y: 0, width: 28, height: 28 });
    const words = first!.tokens.slice(4).map(({ text }) => text);
    expect(words.join(' ')).toBe(`${first!.texts['question']} ${first!.texts['answer']}`);
    expect(first!.tokens.every(({ experts }) => experts.length === 1 && experts[0] === 1)).toBe(
      true,
    );
    expect(second).not.toEqual(first);
    model.dispose();
  });

  test('of a trained model have its answer', async () => {
    const { model, task } = tinyTask({ source: oneDigit(), batchSize: 2 });
    const answers = async () => (await task.examples!(2)).map(({ texts }) => texts['modelAnswer']);
    expect(await answers()).not.toEqual(['1', '1']);
    await lastValueFrom(train(task, { ...training, steps: 30 }));
    expect(await answers()).toEqual(['1', '1']);
    model.dispose();
  });
});

test.each([
  ['quick', quickVisionLanguage, 17],
  ['large', largeVisionLanguage, 17],
] as const)('the %s preset is one that the task and training accept', (_name, preset, length) => {
  const { data, model, training } = preset;
  const options = parsed({ data, model });
  expect(layOut(options.data).length).toBe(length);
  expect(parseTrainOptions(training).steps).toBe(training.steps);
});

describe('the plug-in', () => {
  test('loads the digits of the package with a reference that cannot see them', async () => {
    const data = await visionLanguage.load(parsed({}));
    const { name, attribution, details, hash } = data.description;
    expect([name, details]).toEqual([
      'mnist',
      { trainDigits: 8000, heldOutDigits: 2000, patches: 16, tokens: 24, redundancy: 'vision' },
    ]);
    expect(attribution).toContain('CC BY-SA');
    // a picture of one or two digits, each count as likely: half of the counts are guessed, hardly a sum
    expect(data.reference!.metrics['accuracy']).toBeGreaterThan(0.1);
    expect(data.reference!.metrics['accuracy']).toBeLessThan(0.3);
    const other = await visionLanguage.load(parsed({ data: { step: 7 } }));
    expect(other.description.hash).not.toBe(hash);
  });

  test('builds a task that any experiment can run', async () => {
    const options = parsed({ model: { modelWidth: 8, numLayers: 2, numHeads: 2 } });
    const data = await visionLanguage.load(options);
    expect(visionLanguage.layer(options)).toMatchObject({ modelWidth: 8, feedForwardWidth: 256 });
    const build = { seed: 1, batchSize: 2, moe: top1Factory() };
    const task = visionLanguage.create(options, data, build);
    const { limited } = await evaluate(task, { batches: 1 });
    for (const { name } of visionLanguage.metrics) expect(limited[name]).toBeDefined();
    task.model.dispose();
  });
});
