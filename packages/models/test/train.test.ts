import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { RoutingStats } from '@moekit/core';
import { MoELayer } from '@moekit/core';
import { getBackend, memory, setBackend } from '@tensorflow/tfjs-core';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { beforeAll, expect, test } from 'vitest';

import type {
  LanguageModel,
  LanguageModelConfig,
  MoEFactory,
  TrainEvent,
  TrainOptions,
} from '../src/contract.js';
import { createLanguageTask } from '../src/tasks/language/language-task.js';
import { train } from '../src/training/train.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { alphabetData, tinyConfig } from './tiny.js';
import { top1Factory } from './top1-router.js';

const config: LanguageModelConfig = { ...tinyConfig, vocabSize: 256 };
const options: TrainOptions = {
  steps: 12,
  learningRate: 0.02,
  warmupSteps: 2,
  weightDecay: 0.1,
  clipNorm: 1,
  seed: 1,
  evaluationBatches: 2,
};
const data = alphabetData();

const taskOf = (model: LanguageModel, text = data) =>
  createLanguageTask(model, text, { batchSize: 4 });

beforeAll(async () => {
  await setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm');
  expect(getBackend()).toBe(process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm');
});

function stepsOf(events: readonly TrainEvent[]) {
  return events.filter((event) => event.type === 'step');
}

/** All events of one run on a model of its own, less the times. */
async function eventsOf(change: Partial<TrainOptions> = {}, factory: MoEFactory = top1Factory()) {
  const model = createLanguageModel(config, factory);
  try {
    const events = await lastValueFrom(
      train(taskOf(model), { ...options, ...change }).pipe(toArray()),
    );
    return events.map((event) => (event.type === 'step' ? { ...event, seconds: 0 } : event));
  } finally {
    model.dispose();
  }
}

test('the loss on a text that can be learnt falls from near uniform to near nothing', async () => {
  const events = await eventsOf({ steps: 150 });
  const steps = stepsOf(events);
  expect(steps[0]!.loss).toBeCloseTo(Math.log(256), 1);
  expect(steps.at(-1)!.loss).toBeLessThan(0.3);
  const last = events.at(-1)!;
  expect(last.type === 'evaluation' && last.evaluation.limited.loss).toBeLessThan(0.3);
});

test('the same seed gives the same numbers bit for bit, another seed others', async () => {
  const factory = top1Factory({ noise: 1 });
  const first = await eventsOf({}, factory);
  expect(await eventsOf({}, factory)).toEqual(first);
  expect(await eventsOf({ seed: 2 }, factory)).not.toEqual(first);
});

test('events are plain numbers, in order, and say what happened', async () => {
  const events = await eventsOf({ evaluateEvery: 5 });
  const seen = events.map((event) => `${event.type} ${event.step}`);
  expect(seen.filter((name) => name.startsWith('evaluation'))).toEqual([
    'evaluation 5',
    'evaluation 10',
    'evaluation 12',
  ]);
  expect(seen.indexOf('evaluation 5')).toBe(seen.indexOf('step 5') + 1);
  const [step] = stepsOf(events);
  expect(step).toMatchObject({ step: 1, steps: 12, tokens: 24, learningRate: 0.01 });
  expect(step!.routerLoss).toBeGreaterThan(0.009); // coefficient 0.01, at least about 1 at balance
  expect(step!.gradientNorm).toBeGreaterThan(0);
  expect(step!.layers).toHaveLength(1);
  expect(step!.layers[0]).toMatchObject({ tokens: 24, selectedPairs: 24, dispatchedPairs: 24 });
  expect(JSON.parse(JSON.stringify(events))).toEqual(events);
});

test('it is cold: nothing happens before a subscription, and each one runs a loop of its own', async () => {
  const model = createLanguageModel(config);
  const before = memory().numTensors;
  const training = train(taskOf(model), { ...options, steps: 2 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(memory().numTensors).toBe(before);
  const first = stepsOf(await lastValueFrom(training.pipe(toArray())));
  const second = stepsOf(await lastValueFrom(training.pipe(toArray())));
  expect(second.map(({ step }) => step)).toEqual([1, 2]);
  expect(second[0]!.loss).toBeLessThan(first[0]!.loss); // same batches, the model continues
  model.dispose();
});

test('unsubscribing stops before the next step and leaves no tensor', async () => {
  const before = memory().numTensors;
  const model = createLanguageModel(config, top1Factory());
  const seen: number[] = [];
  await new Promise<void>((resolve) => {
    const subscription = train(taskOf(model), options).subscribe((event) => {
      seen.push(event.step);
      if (event.step !== 3) return;
      subscription.unsubscribe();
      resolve();
    });
  });
  model.dispose();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(seen).toEqual([1, 2, 3]);
  expect(memory().numTensors).toBe(before);
});

test('unsubscribing before the first step is as good', async () => {
  const before = memory().numTensors;
  const model = createLanguageModel(config);
  train(taskOf(model), options).subscribe().unsubscribe();
  model.dispose();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(memory().numTensors).toBe(before);
});

test('a thousand steps leave as many tensors, and as many bytes of them, as one', async () => {
  const model = createLanguageModel(config, top1Factory({ capacityFactor: 1 }));
  const counts: string[] = [];
  await new Promise<void>((resolve, reject) => {
    train(taskOf(model), { ...options, steps: 1000, evaluateEvery: 100 }).subscribe({
      next: () => counts.push(`${memory().numTensors} tensors, ${memory().numBytes} bytes`),
      error: reject,
      complete: resolve,
    });
  });
  expect(counts).toHaveLength(1010);
  expect(new Set(counts.slice(1)).size).toBe(1);
  model.dispose();
}, 240_000);

test('the event loop runs between steps', async () => {
  const model = createLanguageModel(config);
  const order: string[] = [];
  const timer = setInterval(() => order.push('timer'), 1);
  await new Promise<void>((resolve) => {
    train(taskOf(model), options).subscribe({
      next: (event) => order.push(event.type),
      complete: resolve,
    });
  });
  clearInterval(timer);
  expect(order.slice(order.indexOf('step'), order.lastIndexOf('step'))).toContain('timer');
  model.dispose();
});

test('a loss that is not finite is an error that names the step, and spares the weights', async () => {
  const before = memory().numTensors;
  const model = createLanguageModel(config);
  const wild = { ...options, learningRate: 1e30, warmupSteps: 0, clipNorm: 0, steps: 50 };
  await expect(lastValueFrom(train(taskOf(model), wild))).rejects.toMatchObject({
    code: 'MODELS_DIVERGED',
    message: expect.stringMatching(/step \d+, got .*Lower learningRate/),
  });
  model.dispose();
  expect(memory().numTensors).toBe(before);
});

test("a router's error goes to the observer and leaves no tensor", async () => {
  const before = memory().numTensors;
  const model = createLanguageModel(config, (spec) => {
    const { router, experts } = top1Factory()(spec);
    const route: typeof router.route = () => {
      throw new Error('no idea');
    };
    return new MoELayer({ router: { ...router, route }, experts });
  });
  await expect(lastValueFrom(train(taskOf(model), options))).rejects.toThrow('no idea');
  model.dispose();
  expect(memory().numTensors).toBe(before);
});

test('a router hears of each step after the optimiser', async () => {
  const heard: RoutingStats[] = [];
  const factory: MoEFactory = (spec) => {
    const { router, experts } = top1Factory()(spec);
    return new MoELayer({
      router: { ...router, afterStep: (stats) => void heard.push(stats) },
      experts,
    });
  };
  const steps = stepsOf(await eventsOf({ steps: 3 }, factory));
  expect(heard).toEqual(steps.map(({ layers }) => layers[0]));
});

test('bad options and data that the model has no embeddings for are refused at once', async () => {
  const model = createLanguageModel(config);
  const small = createLanguageModel(tinyConfig);
  const withCode = (code: string) => expect.objectContaining({ code });
  expect(() => train(taskOf(model), { ...options, steps: 0 })).toThrow(withCode('MOE_OPTIONS'));
  expect(() => taskOf(small)).toThrow(withCode('MODELS_TOKENS'));
  const short = { ...data, train: data.train.slice(0, 6) };
  await expect(firstValueFrom(train(taskOf(model, short), options))).rejects.toMatchObject({
    code: 'DATA_SHORT',
  });
  [model, small].forEach((m) => m.dispose());
});
