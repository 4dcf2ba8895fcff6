import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MoELayer, parameter } from '@moekit/core';
import { getBackend, memory, setBackend, tidy } from '@tensorflow/tfjs-core';
import { lastValueFrom } from 'rxjs';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import type { MoEFactory, TrainOptions } from '../src/contract.js';
import { assertSameRun } from '../src/run/checkpoint/assert-same-run.js';
import { CheckpointFolder } from '../src/run/checkpoint/checkpoint-folder.js';
import type { CheckpointRun } from '../src/run/checkpoint/manifest.js';
import { readManifest } from '../src/run/checkpoint/read-checkpoint.js';
import { restoreCheckpoint } from '../src/run/checkpoint/restore-checkpoint.js';
import { openSafetensors } from '../src/run/checkpoint/safetensors-read.js';
import { saveCheckpoint } from '../src/run/checkpoint/save-checkpoint.js';
import { stateTensors } from '../src/run/checkpoint/state-tensors.js';
import { createLanguageTask } from '../src/tasks/language/language-task.js';
import { AdamW } from '../src/training/adamw.js';
import type { StepTaken } from '../src/training/train.js';
import { train } from '../src/training/train.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { alphabetData, tinyConfig } from './tiny.js';
import { top1Factory } from './top1-router.js';

const options: TrainOptions = {
  steps: 9,
  learningRate: 0.02,
  warmupSteps: 2,
  weightDecay: 0.1,
  clipNorm: 1,
  seed: 1,
  evaluateEvery: 2,
  evaluationBatches: 1,
};
const run: CheckpointRun = {
  config: { router: 'top1' },
  training: { seed: 1 },
  data: { name: 'alphabet', hash: 'abc' },
  backend: 'wasm',
  versions: { node: '20.0.0', '@moekit/models': '0.0.0' },
};
const data = alphabetData();
let folder: string;

beforeAll(async () => {
  await setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm');
  expect(getBackend()).toBe(process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm');
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'moekit-checkpoint-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Routers with noise, and with state that counts its steps. */
const statefulFactory: MoEFactory = (spec) => {
  const { router, experts } = top1Factory({ noise: 1 })(spec);
  const heard = parameter(new Float32Array(1), [1], false);
  return new MoELayer({
    experts,
    router: {
      ...router,
      variables: () => [...router.variables(), heard],
      afterStep: ({ tokens }) => tidy(() => void heard.assign(heard.add(tokens))),
      dispose: () => {
        router.dispose();
        heard.dispose();
      },
    },
  });
};

function start(factory: MoEFactory = statefulFactory, seed = 3) {
  const model = createLanguageModel({ ...tinyConfig, vocabSize: 256, seed }, factory);
  const optimiser = new AdamW(model.namedVariables(), options);
  const task = createLanguageTask(model, data, { batchSize: 2 });
  const dispose = () => [model, optimiser].forEach((part) => part.dispose());
  const go = (afterStep?: (taken: StepTaken) => Promise<void> | void) =>
    lastValueFrom(train(task, options, { optimiser, ...(afterStep && { afterStep }) }));
  return { model, optimiser, go, dispose };
}

async function bytesOf(state: Pick<ReturnType<typeof start>, 'model' | 'optimiser'>) {
  const all = [...stateTensors(state.model, state.optimiser)];
  return Object.fromEntries(
    await Promise.all(all.map(async ([name, v]) => [name, [...(await v.data())]] as const)),
  );
}

test('a run restored at any step ends with the bytes of one that never stopped', async () => {
  const before = memory().numTensors;
  const whole = start();
  const store = new CheckpointFolder(folder, { keep: 99 });
  await whole.go(async () => void (await store.save({ ...whole, run })));
  const expected = await bytesOf(whole);
  whole.dispose();
  expect(await store.list()).toHaveLength(options.steps);
  for (const { path, step } of await store.list()) {
    if (![1, 4, 8].includes(step)) continue;
    const resumed = start(statefulFactory, 77); // other initial weights: nothing of them may be left
    await restoreCheckpoint(path, resumed);
    expect(resumed.optimiser.step).toBe(step);
    await resumed.go();
    expect(await bytesOf(resumed)).toEqual(expected);
    resumed.dispose();
  }
  expect(memory().numTensors).toBe(before);
  expect(expected['layers.1.moe.router.1.bias']).toEqual([options.steps * 12]); // the state moved, and was restored
});

test('router state is saved, and the optimiser keeps no moments of what it does not train', async () => {
  const state = start();
  await saveCheckpoint(join(folder, 'one'), { ...state, run });
  const file = await openSafetensors(join(folder, 'one', 'tensors.safetensors'));
  const names = [...file.entries.keys()];
  await file.close();
  expect(names).toContain('layers.1.moe.router.1.bias');
  expect(names).toContain('optimiser.first.embedding.weight');
  expect(names).not.toContain('optimiser.first.layers.1.moe.router.1.bias');
  state.dispose();
});

test('the last n stay, and the best by the given figure', async () => {
  const state = start();
  const store = new CheckpointFolder(folder, { keep: 2, best: { name: 'loss', better: 'lower' } });
  const losses = [3, 1, 2, 1.5, 1, 4];
  for (const [i, loss] of losses.entries()) {
    state.optimiser.resumeAt(i + 1);
    const evaluation = { step: i + 1, metrics: { loss }, layers: [] };
    await store.save({ ...state, run, evaluation });
  }
  expect((await store.list()).map(({ step }) => step)).toEqual([2, 5, 6]);
  expect((await store.best())?.step).toBe(2);
  expect((await store.latest())?.step).toBe(6);
  expect((await readdir(folder)).toSorted()).toEqual(
    [2, 5, 6].map((step) => `step-0000000${step}`),
  );
  state.dispose();
});

test('figures that are not finite are read as they were, and NaN is never the best', async () => {
  const state = start();
  const store = new CheckpointFolder(folder, { best: { name: 'loss', better: 'lower' } });
  for (const [i, loss] of [NaN, 710, Infinity].entries()) {
    state.optimiser.resumeAt(i + 1);
    const metrics = { loss, perplexity: Infinity };
    const evaluation = { step: i + 1, metrics, layers: [{ entropy: -Infinity }] };
    const { path } = await store.save({ ...state, run, evaluation });
    expect((await readManifest(path)).evaluation).toEqual(evaluation);
  }
  expect((await store.best())?.step).toBe(2);
  state.dispose();
});

test('a manifest that could not be read back gets no name', async () => {
  const state = start();
  const training = { seed: null } as never;
  await expect(
    saveCheckpoint(join(folder, 'one'), { ...state, run: { ...run, training } }),
  ).rejects.toMatchObject({ code: 'MODELS_CHECKPOINT_WRITE' });
  expect(await readdir(folder)).toEqual([]);
  state.dispose();
});

test('a broken checkpoint is passed over, replaced when its step comes again, and never counts as kept', async () => {
  const state = start();
  const store = new CheckpointFolder(folder, { keep: 2, best: { name: 'loss', better: 'lower' } });
  const save = (step: number, loss: number) => {
    state.optimiser.resumeAt(step);
    return store.save({ ...state, run, evaluation: { step, metrics: { loss }, layers: [] } });
  };
  const saved = [await save(1, 1), await save(2, 3), await save(3, 2)];
  const tensors = join(saved[2]!.path, 'tensors.safetensors');
  const bytes = await readFile(tensors);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(tensors, bytes);
  expect(await store.latestWhole()).toMatchObject({
    whole: { step: 2 },
    broken: [{ step: 3, error: { code: 'MODELS_CHECKPOINT_CORRUPT' } }],
  });
  await save(3, 2);
  expect(await store.latestWhole()).toMatchObject({ whole: { step: 3 }, broken: [] });
  await truncate(join(saved[2]!.path, 'manifest.json'), 100);
  await save(4, 5);
  await truncate(join(saved[0]!.path, 'tensors.safetensors'), 100);
  expect((await store.list()).map(({ step }) => step)).toEqual([1, 2, 3, 4]); // 3 is broken
  expect(await store.bestWhole()).toMatchObject({
    whole: { step: 2 },
    broken: [{ step: 3 }, { step: 1 }],
  });
  state.dispose();
});

test('an unfinished checkpoint is never taken for one, and is cleared away', async () => {
  const state = start();
  const store = new CheckpointFolder(folder);
  const { path } = await store.save({ ...state, run });
  await saveCheckpoint(join(folder, '.part-step-00000009'), { ...state, run });
  expect((await store.latest())?.path).toBe(path);
  await store.clean();
  expect(await readdir(folder)).toEqual(['step-00000000']);
  await expect(store.begin()).rejects.toMatchObject({ code: 'MODELS_CHECKPOINT_EXISTS' });
  state.dispose();
});

test('a checkpoint of the same step stays as it is', async () => {
  const state = start();
  const store = new CheckpointFolder(folder);
  const { path } = await store.save({ ...state, run });
  const before = await readFile(join(path, 'manifest.json'), 'utf8');
  await store.save({ ...state, run: { ...run, backend: 'cpu' } });
  expect(await readFile(join(path, 'manifest.json'), 'utf8')).toBe(before);
  state.dispose();
});

test('a folder that cannot be written is a coded error', async () => {
  const state = start();
  const file = join(folder, 'file');
  await saveCheckpoint(file, { ...state, run });
  await expect(
    saveCheckpoint(join(file, 'manifest.json', 'x'), { ...state, run }),
  ).rejects.toMatchObject({ code: 'MODELS_CHECKPOINT_WRITE' });
  await expect(new CheckpointFolder(join(file, 'manifest.json')).begin()).rejects.toMatchObject({
    code: 'MODELS_CHECKPOINT_MISSING',
  });
  state.dispose();
});

test('resuming is refused where anything differs but the version of Node.js', async () => {
  const state = start();
  const manifest = await saveCheckpoint(join(folder, 'one'), { ...state, run });
  state.dispose();
  expect(await readManifest(join(folder, 'one'))).toEqual(manifest);
  assertSameRun(manifest, { ...run, versions: { ...run.versions, node: '24.0.0' } });
  const others: Partial<CheckpointRun>[] = [
    { config: { router: 'switch' } },
    { training: { seed: 2 } },
    { data: { name: 'alphabet', hash: 'abd' } },
    { backend: 'cpu' },
    { versions: { '@moekit/models': '0.0.1' } },
  ];
  for (const other of others) {
    expect(() => assertSameRun(manifest, { ...run, ...other })).toThrow(
      expect.objectContaining({ code: 'MODELS_CHECKPOINT_MISMATCH' }),
    );
  }
  expect(() => assertSameRun(manifest, { ...run, backend: 'cpu' })).toThrow(
    /backend was "wasm" and is "cpu"/,
  );
});

test('a checkpoint of another model changes nothing of this one', async () => {
  const [state, other] = [start(), start(top1Factory({ numExperts: 6 }))];
  await saveCheckpoint(join(folder, 'one'), { ...state, run });
  const before = await bytesOf(other);
  await expect(restoreCheckpoint(join(folder, 'one'), other)).rejects.toMatchObject({
    code: 'MODELS_CHECKPOINT_MISMATCH',
    message: expect.stringContaining('layers.1.moe.router.0.weight of shape [8, 4] for [8, 6]'),
  });
  expect(await bytesOf(other)).toEqual(before);
  [state, other].forEach((part) => part.dispose());
});

test('weights alone can be read, for evaluation', async () => {
  const [state, other] = [start(), start(statefulFactory, 5)];
  await state.go();
  await saveCheckpoint(join(folder, 'one'), { ...state, run });
  await restoreCheckpoint(join(folder, 'one'), { model: other.model });
  const [a, b] = [await bytesOf(state), await bytesOf(other)];
  expect(b['embedding.weight']).toEqual(a['embedding.weight']);
  expect(other.optimiser.step).toBe(0);
  [state, other].forEach((part) => part.dispose());
});
