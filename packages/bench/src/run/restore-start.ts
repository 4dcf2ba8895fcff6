import type { AdamW, Continuation, EarlyStoppingState, Task } from '@moekit/models';
import type { CheckpointManifest, CheckpointRun, StoredCheckpoint } from '@moekit/models/node';
import {
  assertSameTokenizer,
  branchedAs,
  readManifest,
  restoreCheckpoint,
  resumedAs,
  startedAs,
} from '@moekit/models/node';

/** The checkpoint that a run begins with; a run without one begins at its first step. */
export interface Beginning {
  /** A checkpoint of this run. It may have been saved when the run was to have fewer steps. */
  readonly resume?: StoredCheckpoint | undefined;
  /** The folder of another run's checkpoint, whose weights, optimiser and step this run has. */
  readonly branch?: string | undefined;
  /** The folder of another run's checkpoint, whose weights this run has, at step 0 and with a new optimiser. */
  readonly from?: string | undefined;
}

/** The state of a run before its next step. */
export interface Start {
  readonly evaluation: CheckpointManifest['evaluation'];
  readonly earlyStopping: EarlyStoppingState | undefined;
  /** All continuations so far, the last one's included. */
  readonly history: readonly Continuation[];
  /** The one that begins now. */
  readonly continuation?: Continuation | undefined;
}

interface Target {
  readonly task: Task;
  readonly run: CheckpointRun;
  readonly optimiser: AdamW;
}

/**
 * Says what a run is that begins so, before anything of it is built; `undefined` where it has its first step before it or is resumed as it
 * was.
 * @throws MODELS_CHECKPOINT_*, MODELS_STEPS
 */
export async function continuationOf(
  { resume, branch, from }: Beginning,
  run: CheckpointRun,
): Promise<Continuation | undefined> {
  if (resume) return resumedAs(await readManifest(resume.path), run);
  const path = branch ?? from;
  if (path === undefined) return undefined;
  const source = { path, manifest: await readManifest(path) };
  return branch === undefined ? startedAs(source, run) : branchedAs(source, run);
}

/**
 * Puts the values of the checkpoint that a run begins with into its model and its optimiser.
 * @throws MODELS_CHECKPOINT_*, MODELS_STEPS
 */
export async function restoreStart(
  beginning: Beginning,
  { task, run, optimiser }: Target,
): Promise<Start> {
  const continuation = await continuationOf(beginning, run);
  const { resume, branch, from } = beginning;
  const path = resume?.path ?? branch ?? from;
  if (path === undefined) return { evaluation: null, earlyStopping: undefined, history: [] };
  if (!resume)
    assertSameTokenizer({ path, manifest: await readManifest(path) }, task.tokenizerFile);
  const { model } = task;
  const weightsAlone = !resume && branch === undefined;
  const manifest = await restoreCheckpoint(path, weightsAlone ? { model } : { model, optimiser });
  return {
    evaluation: weightsAlone ? null : manifest.evaluation,
    earlyStopping: resume && manifest.earlyStopping,
    history: [...(manifest.history ?? []), ...(continuation ? [continuation] : [])],
    continuation,
  };
}
