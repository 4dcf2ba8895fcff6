import type { Continuation, TrainOptions } from '../../contract.js';
import { fail } from '../../errors.js';
import { learningRateAt } from '../../training/schedule.js';
import { differencesOfRuns, otherRun } from './assert-same-run.js';
import type { Difference } from './differences.js';
import type { CheckpointManifest, CheckpointRun } from './manifest.js';

/** Settings that no step computes with: a run may change them on its way. */
const AROUND = [
  'training.steps',
  'training.evaluateEvery',
  'training.evaluationBatches',
  'training.patience',
  'training.minImprovement',
];

/** Settings that a step computes its learning rate from, and nothing else. */
const SCHEDULE = [
  'training.learningRate',
  'training.warmupSteps',
  'training.finalLearningRate',
  'training.schedule',
  'training.decaySteps',
];

/**
 * How a run that is resumed from its checkpoint differs from the one that stopped; `undefined` where it does not.
 * More steps, and other evaluations and patience, are the same run gone on with.
 * @throws MODELS_CHECKPOINT_MISMATCH where anything else differs, MODELS_STEPS where the steps are taken already
 */
export function resumedAs(
  manifest: CheckpointManifest,
  now: CheckpointRun,
): Continuation | undefined {
  const differences = differencesOfRuns(manifest, now);
  if (differences.length === 0) return undefined;
  const other = differences.filter(({ path }) => !AROUND.includes(path));
  if (other.length > 0) throw otherRun(other);
  const continuation = continuationOf('resume', { manifest, now, differences });
  if (continuation.changes.some(({ path }) => path === 'training.steps')) {
    assertStepsLeft(manifest.step, now);
  }
  return continuation;
}

/** A checkpoint that another run begins with. */
export interface Source {
  /** As the user gave it. */
  readonly path: string;
  readonly manifest: CheckpointManifest;
}

/**
 * The beginning of a run that branches off a checkpoint: it has the weights, the optimiser and the step.
 * @throws MODELS_STEPS where no step is left
 */
export function branchedAs({ path, manifest }: Source, now: CheckpointRun): Continuation {
  assertStepsLeft(manifest.step, now);
  const differences = differencesOfRuns(manifest, now);
  return continuationOf('branch', { path, manifest, now, differences });
}

/** The beginning of a run that starts from the weights of a checkpoint, at step 0. */
export function startedAs({ path, manifest }: Source, now: CheckpointRun): Continuation {
  const differences = differencesOfRuns(manifest, now);
  return {
    ...continuationOf('from', { path, manifest, now, differences }),
    afterStep: 0,
    exact: false,
  };
}

interface Compared {
  readonly manifest: CheckpointManifest;
  readonly now: CheckpointRun;
  readonly differences: readonly Difference[];
  readonly path?: string;
}

function continuationOf(
  kind: Continuation['kind'],
  { manifest, now, differences, path }: Compared,
): Continuation {
  const { step, sha256 } = manifest;
  const changes = differences.map(({ was = null, is = null, ...at }) => ({ ...at, was, is }));
  return {
    kind,
    afterStep: step,
    ...(path !== undefined && { source: { path, step, sha256 } }),
    changes: changes as Continuation['changes'],
    exact: isExact({ manifest, now, differences }),
  };
}

/** Whether every step so far is the one that a run with the settings of now, from its start, would have taken. */
function isExact({ manifest, now, differences }: Compared): boolean {
  const allowed = [...AROUND, ...SCHEDULE];
  if (differences.some(({ path }) => !allowed.includes(path))) return false;
  const [before, after] = [manifest.training, now.training] as unknown as TrainOptions[];
  for (let step = 1; step <= manifest.step; step++) {
    if (learningRateAt(step, before!) !== learningRateAt(step, after!)) return false;
  }
  return true;
}

/** @throws MODELS_STEPS */
function assertStepsLeft(taken: number, { training }: CheckpointRun): void {
  const steps = Number(training['steps']);
  if (steps > taken) return;
  throw fail('MODELS_STEPS', {
    asked: `training.steps is the number of all steps, and the checkpoint has taken ${taken}`,
    got: String(steps),
    fix: `Ask for more than ${taken}: --steps ${taken + Math.max(steps, 1)} takes ${Math.max(steps, 1)} more.`,
  });
}
