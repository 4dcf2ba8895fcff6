import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startBackend } from '@moekit/backends';
import { CheckpointFolder, readManifest } from '@moekit/models/node';
import { memory } from '@tensorflow/tfjs-core';
import { Subject } from 'rxjs';
import { expect, test } from 'vitest';

import {
  buildRun,
  checkpointRunOf,
  loadModel,
  openRun,
  registryOf,
  resolveRun,
  runSpecSchema,
  trainRun,
} from '../src/index.js';

const router = fileURLToPath(new URL('plugins/every-expert.ts', import.meta.url));
const registry = registryOf([]);
const tiny = {
  model: { contextLength: 8, modelWidth: 8, numLayers: 2, numHeads: 2, feedForwardWidth: 16 },
  router: { router },
  training: { steps: 4, batchSize: 2, evaluations: 1, evaluationBatches: 1 },
};

async function prepare(input: object, folder: string) {
  const started = await startBackend('cpu');
  const run = await resolveRun(runSpecSchema.parse(input), { registry });
  const data = await run.task.load(run.settings);
  const checkpoints = new CheckpointFolder(folder);
  return { run, data, same: checkpointRunOf(run, data, started), checkpoints };
}

const emptyFolder = () => mkdtempSync(join(tmpdir(), 'moekit-run-'));

/** Trains in a folder, from its last checkpoint where there is one, up to a step. */
async function trained(folder: string, until = Infinity, input: object = tiny) {
  const { run, data, same, checkpoints } = await prepare(input, folder);
  const task = buildRun(run, data);
  const stop = new Subject<void>();
  const { whole: resume } = await checkpoints.latestWhole();
  try {
    return await trainRun({
      task,
      run: same,
      checkpoints,
      resume,
      stop,
      sinks: [{ write: ({ step }) => void (step === until && stop.next()) }],
    });
  } finally {
    task.model.dispose();
  }
}

test('a run that was stopped and resumed ends as one that was not; nothing leaks', async () => {
  const whole = await trained(emptyFolder());
  const folder = emptyFolder();
  const before = memory().numTensors;
  expect(await trained(folder, 2)).toMatchObject({ stopped: true });
  const resumed = await trained(folder);
  expect(memory().numTensors).toBe(before);
  expect(resumed).toMatchObject({ stopped: false, step: 4 });
  expect(resumed.evaluation).toEqual(whole.evaluation);
});

test('a run is not resumed from a checkpoint of another', async () => {
  const folder = emptyFolder();
  await trained(folder, 2);
  const other = { ...tiny, training: { ...tiny.training, learningRate: 0.5 } };
  await expect(trained(folder, Infinity, other)).rejects.toMatchObject({
    code: 'MODELS_CHECKPOINT_MISMATCH',
  });
});

test('a checkpoint is opened with the sizes, the start and the shared expert of its experts', async () => {
  const folder = emptyFolder();
  const experts = { numExperts: 3, expertWidth: 6, init: 'copies', sharedWidth: 5 };
  const end = await trained(folder, Infinity, { ...tiny, experts });
  const opened = await openRun(end.checkpoint!.path, { registry });
  expect(opened.stored.experts).toEqual(experts);
  const task = await loadModel(opened);
  expect(task.model.moeLayers).toHaveLength(1);
  const shapes = task.model.moeLayers[0]!.variables().map(({ shape }) => shape.join('x'));
  expect(shapes).toEqual(expect.arrayContaining(['3x8x6', '1x8x5']));
  task.model.dispose();
});

test('a manifest that was read already is the one that is opened, not read a second time', async () => {
  const { path } = (await trained(emptyFolder())).checkpoint!;
  const manifest = await readManifest(path);
  writeFileSync(join(path, 'manifest.json'), '{}');
  const opened = await openRun(path, { registry, manifest });
  expect([opened.manifest, opened.stored.seed]).toEqual([manifest, 1]);
  await expect(openRun(path, { registry })).rejects.toMatchObject({
    code: expect.stringMatching(/^MODELS_CHECKPOINT/),
  });
});

test('a router whose model has no MoE layer is refused, and nothing leaks', async () => {
  const flat = { ...tiny, model: { ...tiny.model, numLayers: 1 } };
  const { run, data } = await prepare(flat, emptyFolder());
  const before = memory().numTensors;
  expect(() => buildRun(run, data)).toThrow(/BENCH_MATCH|at least one MoE layer/);
  expect(memory().numTensors).toBe(before);
});

test('a dense run has no router and no sizes', async () => {
  const { run, same } = await prepare({ ...tiny, router: { router: 'dense' } }, emptyFolder());
  expect([run.router, run.match]).toEqual([null, null]);
  expect(same.config).toMatchObject({ router: { router: 'dense' }, experts: null });
});
