import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { MoELayer } from '@moekit/core';
import { getBackend, memory, mul, scalar, setBackend } from '@tensorflow/tfjs-core';
import { lastValueFrom } from 'rxjs';
import { beforeAll, expect, test } from 'vitest';

import type { MoEFactory, TrainOptions } from '../src/contract.js';
import type { Task } from '../src/task.js';
import { createLanguageTask } from '../src/tasks/language/language-task.js';
import type { Divergence } from '../src/training/divergence.js';
import { train } from '../src/training/train.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { alphabetData, tinyConfig } from './tiny.js';
import { top1Factory } from './top1-router.js';

const options: TrainOptions = {
  steps: 40,
  learningRate: 0.01,
  warmupSteps: 0,
  weightDecay: 0,
  clipNorm: 0,
  seed: 1,
};
const data = alphabetData();

beforeAll(async () => {
  await setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm');
  expect(getBackend()).toBe(process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm');
});

/** The error of a run that diverges, with the tensors it left behind counted. */
async function diverge(
  change: Partial<TrainOptions>,
  factory: MoEFactory = top1Factory(),
  spoil: (task: Task) => Task = (task) => task,
) {
  const before = memory().numTensors;
  const model = createLanguageModel({ ...tinyConfig, numLayers: 4, vocabSize: 256 }, factory);
  const task = spoil(createLanguageTask(model, data, { batchSize: 2 }) as Task);
  const error: unknown = await lastValueFrom(train(task, { ...options, ...change })).catch(
    (thrown: unknown) => thrown,
  );
  const calls = model.moeLayers.map((layer) => Object.hasOwn(layer, 'call'));
  model.dispose();
  expect(calls).toEqual([false, false]); // the layers are as they were
  expect(memory().numTensors).toBe(before);
  return error as Error & { code: string; cause: Divergence };
}

test('a router that meets logits which are not finite is named, with what came before it', async () => {
  const factory: MoEFactory = (spec) => {
    const { router, experts } = top1Factory()(spec);
    if (spec.layer !== 3) return new MoELayer({ router, experts });
    const route: typeof router.route = (x, context) =>
      router.route(mul(x, scalar(Number.POSITIVE_INFINITY)), context);
    return new MoELayer({ router: { ...router, route }, experts });
  };
  const { code, message, cause } = await diverge({}, factory);
  expect(code).toBe('MODELS_DIVERGED');
  expect(message).toContain('layers.3.moe.router');
  expect(cause).toMatchObject({ step: 1, layer: 'layers.3.moe.router', loss: null, gradients: [] });
  const [first, second] = cause.layers;
  expect(first!.routing).toMatchObject({ tokens: 12, selectedPairs: 12 });
  expect(first!.error).toBeNull();
  expect(second).toMatchObject({ routing: null, error: expect.stringMatching(/finite|NaN/) });
  expect(second!.inputLargest).toBeGreaterThan(0);
});

test('a gradient that is not finite under a finite loss is found in its layer', async () => {
  const { code, cause } = await diverge({}, top1Factory(), (task) => ({
    ...task,
    pass: (batch, pass) => {
      const result = task.pass(batch, pass);
      const [name, weight] = [...task.model.namedVariables()].find(([n]) => n.includes('s.2.att'))!;
      expect(name).toMatch(/^layers\.2\.attention/);
      const infinite = mul(weight.sub(weight).sum().sqrt(), 1); // value 0, gradient infinite times 0
      return { ...result, loss: result.loss.add(infinite) };
    },
  }));
  expect(code).toBe('MODELS_DIVERGED');
  expect(cause.layer).toMatch(/^layers\.2\.attention/);
  expect(cause.loss).toBeCloseTo(Math.log(256), 1);
  expect(cause.gradientNorm).toBe('NaN');
  expect(cause.gradients.filter(({ nonFinite }) => nonFinite > 0)).toHaveLength(1);
  expect(cause.layers.map(({ routing }) => routing?.tokens)).toEqual([12, 12]);
});

test('a learning rate that is too high: step, weights and routing are reported as plain data', async () => {
  const { code, cause } = await diverge({ learningRate: 1e30 });
  expect(code).toBe('MODELS_DIVERGED');
  expect(cause.step).toBeGreaterThan(1);
  expect(Math.max(...cause.weights.map(({ largest }) => largest))).toBeGreaterThan(1e20);
  expect(JSON.parse(JSON.stringify(cause))).toEqual(cause);
});

test.each([1, 0])(
  'so it is where the evaluation meets it first (every %s steps)',
  async (every) => {
    const { code, message, cause } = await diverge({
      steps: 1,
      learningRate: 1e38,
      evaluateEvery: every,
    });
    expect(code).toBe('MODELS_DIVERGED');
    expect(message).toMatch(/^The evaluation must be finite at step 1, got .*first in layers\.\d/);
    expect(cause.layers.some(({ error }) => error !== null)).toBe(true);
  },
);
