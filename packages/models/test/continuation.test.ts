import { describe, expect, test } from 'vitest';

import { smallTraining } from '../src/presets.js';
import { branchedAs, resumedAs, startedAs } from '../src/run/checkpoint/continuation.js';
import type { CheckpointManifest, CheckpointRun } from '../src/run/checkpoint/manifest.js';
import { hashManifest, parseManifest } from '../src/run/checkpoint/manifest.js';
import { parseTrainOptions } from '../src/training/options.js';

const coded = (code: string, text: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(text) });

/** A run of 100 steps, with other training options or anything else changed. */
function run(training: object = {}, rest: Partial<CheckpointRun> = {}): CheckpointRun {
  return {
    config: { router: 'topk', batchSize: 8 },
    training: parseTrainOptions({ ...smallTraining, steps: 100, ...training }) as never,
    data: { name: 'text', hash: 'abc' },
    backend: 'wasm',
    versions: { node: '20.0.0' },
    ...rest,
  };
}

/** A checkpoint of a run at a step. */
function at(step: number, of: CheckpointRun, more: Partial<CheckpointManifest> = {}) {
  const manifest = {
    schema: 'moekit/checkpoint@1',
    step,
    ...of,
    optimiser: { name: 'adamw', options: {} },
    evaluation: null,
    ...more,
    tensors: { file: 'tensors.safetensors', bytes: 0, sha256: '0'.repeat(64), count: 0 },
  } as const;
  return { ...manifest, sha256: hashManifest(manifest) };
}

describe('a run that is resumed', () => {
  test('needs no continuation where nothing changed except for Node.js', () => {
    expect(resumedAs(at(50, run()), run({}, { versions: { node: '24.0.0' } }))).toBeUndefined();
    expect(resumedAs(at(100, run()), run())).toBeUndefined();
  });

  test.each([
    ['a constant run', { schedule: 'constant' }, 100, true],
    ['a cosine whose horizon moves', {}, 100, false],
    ['a cosine that is in its warm-up', {}, 20, true],
    ['the trunk of wsd', { schedule: 'wsd', decaySteps: 30 }, 70, true],
    ['wsd in its cool-down', { schedule: 'wsd', decaySteps: 30 }, 71, false],
    ['wsd at its end', { schedule: 'wsd', decaySteps: 30 }, 100, false],
  ])('with more steps: %s', (_, schedule, step, exact) => {
    const continuation = resumedAs(at(step, run(schedule)), run({ ...schedule, steps: 200 }));
    expect(continuation).toEqual({
      kind: 'resume',
      afterStep: step,
      changes: [{ path: 'training.steps', was: 100, is: 200 }],
      exact,
    });
  });

  test('takes no more steps than it has taken already: steps are all of them', () => {
    const total = (step: number, steps: number) => () => resumedAs(at(step, run()), run({ steps }));
    const refused = (got: number) =>
      coded('MODELS_STEPS', new RegExp(`taken 100, got ${got}. [^]*--steps ${100 + got} takes`));
    expect(total(100, 50)).toThrowError(refused(50));
    expect(total(60, 60)).toThrowError(coded('MODELS_STEPS', /taken 60, got 60/));
    expect(total(60, 61)).not.toThrow();
  });

  test.each([
    ['the peak', run({ steps: 200, learningRate: 0.5 }), /learningRate was 0.007 and is 0.5/],
    ['the schedule', run({ schedule: 'constant' }), /training.schedule was undefined/],
    ['the batch', run({}, { config: { router: 'topk', batchSize: 4 } }), /config.batchSize/],
    ['the data', run({}, { data: { name: 'text', hash: 'other' } }), /data.hash/],
    ['the backend', run({ steps: 200 }, { backend: 'cpu' }), /backend/],
  ])('is another run with %s changed', (_, now, named) => {
    const message = new RegExp(`${named.source}[^]*--branch or --from`);
    expect(() => resumedAs(at(50, run()), now)).toThrowError(
      coded('MODELS_CHECKPOINT_MISMATCH', message),
    );
  });

  test('may change how often it is evaluated, and its patience', () => {
    const now = run({ evaluateEvery: 5, patience: 3, minImprovement: 0.1 });
    expect(resumedAs(at(50, run({ evaluateEvery: 10 })), now)).toMatchObject({
      changes: [{ path: 'training.evaluateEvery' }, { is: 3 }, { is: 0.1 }],
      exact: true,
    });
  });
});

describe('a run that branches off', () => {
  const trunk = at(80, run({ schedule: 'constant' }));
  const branch = (now: CheckpointRun) => branchedAs({ path: 'trunk', manifest: trunk }, now);

  test('cools a constant trunk down as if the cool-down had been planned', () => {
    const now = run({ schedule: 'wsd', steps: 120, decaySteps: 40 });
    expect(branch(now)).toMatchObject({
      kind: 'branch',
      afterStep: 80,
      source: { path: 'trunk', step: 80, sha256: trunk.sha256 },
      exact: true,
    });
    const early = run({ schedule: 'wsd', steps: 120, decaySteps: 41 }); // its first step is taken
    expect(branch(early).exact).toBe(false);
  });

  test.each([
    ['data', run({ schedule: 'constant' }, { data: { name: 'other', hash: 'def' } })],
    ['weight decay', run({ schedule: 'constant', weightDecay: 0 })],
    ['a router', run({ schedule: 'constant' }, { config: { router: 'switch', batchSize: 8 } })],
  ])('with other %s is none with them from the start', (_, now) => {
    expect(branch(now)).toMatchObject({ kind: 'branch', exact: false });
  });

  test('has steps left', () => {
    expect(() => branch(run({ schedule: 'constant', steps: 80 }))).toThrowError(
      coded('MODELS_STEPS', /taken 80, got 80/),
    );
  });
});

test('a run that starts from weights begins at step 0', () => {
  const manifest = at(100, run());
  expect(startedAs({ path: 'first', manifest }, run({ steps: 10 }))).toEqual({
    kind: 'from',
    afterStep: 0,
    source: { path: 'first', step: 100, sha256: manifest.sha256 },
    changes: [{ path: 'training.steps', was: 100, is: 10 }],
    exact: false,
  });
});

test('a manifest holds its history, its patience and the name of its schedule; an older one has none', () => {
  const wsd = run({ schedule: 'wsd', patience: 3, evaluateEvery: 5 });
  const continuation = resumedAs(at(50, wsd), {
    ...wsd,
    training: { ...wsd.training, steps: 300 },
  });
  const earlyStopping = { best: { step: 10, loss: 2.5 }, waited: 1 };
  const manifest = at(60, wsd, { history: [continuation!], earlyStopping });
  expect(parseManifest(JSON.stringify(manifest))).toEqual(manifest);
  const old = at(60, run());
  expect(parseManifest(JSON.stringify(old))).toEqual(old);
});
