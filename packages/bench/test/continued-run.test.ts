import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startBackend } from '@moekit/backends';
import type { TrainEvent } from '@moekit/models';
import { CheckpointFolder, readManifest } from '@moekit/models/node';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import type { Beginning } from '../src/index.js';
import {
  buildRun,
  checkpointRunOf,
  registryOf,
  resolveRun,
  runSpecSchema,
  specInput,
  trainRun,
} from '../src/index.js';
import { stateful } from './plugins/stateful.js';

const registry = registryOf([stateful]);

/** A run of a router with state, so that a continuation that lost some of it would show. */
const tiny = (training: object = {}) => ({
  model: { contextLength: 8, modelWidth: 8, numLayers: 2, numHeads: 2, feedForwardWidth: 16 },
  router: { router: 'stateful' },
  training: {
    ...{ steps: 6, batchSize: 2, warmupSteps: 2, evaluateEvery: 3, evaluationBatches: 1 },
    ...training,
  },
});

const emptyFolder = () => mkdtempSync(join(tmpdir(), 'moekit-continued-'));

type Given = Beginning & { readonly saveEvery?: number };

async function trained(input: object, beginning: Given = {}, folder = emptyFolder()) {
  const started = await startBackend('cpu');
  const run = await resolveRun(runSpecSchema.parse(input), { registry });
  const data = await run.task.load(run.settings);
  const task = buildRun(run, data);
  const events: TrainEvent[] = [];
  try {
    const end = await trainRun({
      task,
      run: checkpointRunOf(run, data, started),
      checkpoints: new CheckpointFolder(folder, { keep: 99 }),
      saveEvery: 99,
      sinks: [{ write: (event) => void events.push(event) }],
      ...beginning,
    });
    return { ...end, folder, events };
  } finally {
    task.model.dispose();
  }
}

const checkpoint = (folder: string, step: number) =>
  join(folder, `step-${String(step).padStart(8, '0')}`);
const tensors = (folder: string, step: number) =>
  readFileSync(join(checkpoint(folder, step), 'tensors.safetensors'), 'hex');

test('more steps of a constant run: the bytes of one that had them from the start', async () => {
  const constant = (steps: number) => tiny({ schedule: 'constant', steps });
  const first = await trained(constant(6));
  const before = memory().numTensors;
  const more = await trained(constant(9), { resume: first.checkpoint }, first.folder);
  expect(memory().numTensors).toBe(before);
  const whole = await trained(constant(9));
  expect(tensors(more.folder, 9)).toBe(tensors(whole.folder, 9));
  expect(more.history).toEqual([
    {
      kind: 'resume',
      afterStep: 6,
      changes: [{ path: 'training.steps', was: 6, is: 9 }],
      exact: true,
    },
  ]);
  expect(more.events[0]).toEqual({
    type: 'continuation',
    step: 7,
    continuation: more.history[0],
  });
  expect(await readManifest(more.checkpoint!.path)).toMatchObject({ history: more.history });
  expect(await readManifest(whole.checkpoint!.path)).not.toHaveProperty('history');
});

test('a cosine with more steps is recorded as another, which its bytes are', async () => {
  const first = await trained(tiny());
  const more = await trained(tiny({ steps: 9 }), { resume: first.checkpoint }, first.folder);
  const whole = await trained(tiny({ steps: 9 }));
  expect(more.history).toMatchObject([{ exact: false }]);
  expect(tensors(more.folder, 9)).not.toBe(tensors(whole.folder, 9));
});

test('two cool-downs of one trunk: the bytes of runs that planned them', async () => {
  const trunk = await trained(tiny({ schedule: 'constant', steps: 8 }), { saveEvery: 2 });
  for (const [from, decaySteps] of [
    [4, 2],
    [6, 3],
  ] as const) {
    const planned = tiny({ schedule: 'wsd', steps: from + decaySteps, decaySteps });
    const branch = checkpoint(trunk.folder, from);
    const cooled = await trained(planned, { branch });
    const whole = await trained(planned);
    expect(tensors(cooled.folder, from + decaySteps)).toBe(
      tensors(whole.folder, from + decaySteps),
    );
    const { sha256 } = await readManifest(branch);
    expect(cooled.history).toMatchObject([
      { kind: 'branch', afterStep: from, source: { step: from, sha256 }, exact: true },
    ]);
    expect(cooled.events.map(({ step }) => step)[0]).toBe(from + 1);
  }
});

test('a run that starts from weights has them, and nothing else of the other', async () => {
  const first = await trained(tiny());
  const { path } = first.checkpoint!;
  const before = memory().numTensors;
  const next = await trained(tiny({ steps: 2, schedule: 'constant' }), { from: path });
  expect(memory().numTensors).toBe(before);
  expect(next.events.map(({ type, step }) => `${type} ${step}`)).toEqual([
    ...['continuation 1', 'step 1', 'step 2', 'evaluation 2'],
  ]);
  const anew = await trained(tiny({ steps: 2, schedule: 'constant' }));
  const lossOf = ({ events }: typeof next) =>
    events.find((event) => event.type === 'evaluation')!.evaluation.limited.loss;
  expect(lossOf(next)).toBeLessThan(lossOf(anew));
  expect(next.history).toMatchObject([{ kind: 'from', afterStep: 0, source: { step: 6 } }]);
});

test('a history grows: resumed with more steps, branched off, resumed once more', async () => {
  const trunk = await trained(tiny({ schedule: 'constant', steps: 3 }));
  const longer = tiny({ schedule: 'constant', steps: 5 });
  const more = await trained(longer, { resume: trunk.checkpoint }, trunk.folder);
  const wsd = (steps: number) => tiny({ schedule: 'wsd', decaySteps: 2, steps });
  const cooled = await trained(wsd(7), { branch: more.checkpoint!.path });
  const again = await trained(wsd(9), { resume: cooled.checkpoint }, cooled.folder);
  expect(again.history.map(({ kind, afterStep, exact }) => [kind, afterStep, exact])).toEqual([
    ['resume', 3, true],
    ['branch', 5, true],
    ['resume', 7, false], // its cool-down is behind it
  ]);
});

test('what does not fit is named, and no folder is begun', async () => {
  const first = await trained(tiny());
  const { path } = first.checkpoint!;
  const wider = { ...tiny(), model: { ...tiny().model, modelWidth: 12 } };
  await expect(trained(wider, { from: path })).rejects.toMatchObject({
    code: 'MODELS_CHECKPOINT_MISMATCH',
    message: expect.stringMatching(/embedding\.weight of shape \[256, 8\] for \[256, 12\]/),
  });
  const dense = { ...tiny(), router: { router: 'dense' } };
  await expect(trained(dense, { branch: path })).rejects.toMatchObject({
    code: 'MODELS_STEPS',
  });
  await expect(
    trained({ ...dense, training: { steps: 9 } }, { branch: path }),
  ).rejects.toMatchObject({
    code: 'MODELS_CHECKPOINT_MISMATCH',
  });
  await expect(trained(tiny(), { from: join(path, 'nowhere') })).rejects.toMatchObject({
    code: 'MODELS_CHECKPOINT_MISSING',
  });
});

test('the configuration of a checkpoint keeps the sizes of its experts under other router options', async () => {
  const first = await trained(tiny({ schedule: 'constant' }));
  const input = specInput(await readManifest(first.checkpoint!.path));
  const spec = runSpecSchema.parse({
    ...input,
    training: { ...Object(input['training']), steps: 8 },
  });
  const again = await trained(spec, { branch: first.checkpoint!.path });
  expect(again.history).toMatchObject([{ changes: [{ path: 'training.steps' }], exact: true }]);
  expect(spec.experts).toMatchObject({
    numExperts: expect.any(Number),
    expertWidth: expect.any(Number),
  });
});

test('patience is counted on from a checkpoint, and ends the run where it would have ended', async () => {
  const patient = tiny({ steps: 20, evaluateEvery: 2, patience: 3, minImprovement: 100 });
  const whole = await trained(patient, { saveEvery: 1 });
  expect(whole).toMatchObject({ step: 8, stoppedEarly: { best: { step: 2 }, waited: 3 } });
  for (const step of [1, 3, 6]) {
    const resume = { step, path: checkpoint(whole.folder, step) };
    const again = await trained(patient, { resume });
    expect([again.step, again.stoppedEarly]).toEqual([8, whole.stoppedEarly]);
    expect(tensors(again.folder, 8)).toBe(tensors(whole.folder, 8));
  }
  const over = await trained(patient, { resume: whole.checkpoint }, whole.folder);
  expect(over).toMatchObject({ step: 8, stoppedEarly: whole.stoppedEarly, events: [] });
  const waiting = tiny({ steps: 20, evaluateEvery: 2, patience: 5, minImprovement: 100 });
  const on = await trained(waiting, { resume: whole.checkpoint }, whole.folder);
  expect(on).toMatchObject({ step: 12, stoppedEarly: { waited: 5 }, history: [{ exact: true }] });
});
