import type { Rng } from '@moekit/core';
import type {
  Evaluation,
  ParsedTrainOptions,
  StepTaken,
  Task,
  TelemetrySink,
  TrainOptions,
} from '@moekit/models';
import { AdamW, parseTrainOptions, routingFigures, train } from '@moekit/models';
import type {
  CheckpointManifest,
  CheckpointRun,
  StoredCheckpoint,
  CheckpointFolder,
} from '@moekit/models/node';
import { assertSameRun, readManifest, restoreCheckpoint } from '@moekit/models/node';
import type { Observable } from 'rxjs';
import { lastValueFrom, NEVER, Subject, takeUntil, tap } from 'rxjs';

import { openSinks } from './open-sinks.js';

export interface TrainingRun {
  readonly task: Task;
  /** Its description in checkpoints, `training` included; see `checkpointRunOf`. */
  readonly run: CheckpointRun;
  readonly checkpoints: CheckpointFolder;
  /** A checkpoint of this run, from which it is resumed. */
  readonly from?: StoredCheckpoint | undefined;
  /** Steps between two checkpoints, a tenth of all by default; each evaluation and the last step are followed by one too. */
  readonly saveEvery?: number | undefined;
  /** Called before each checkpoint is saved; may throw. */
  readonly assertOwn?: () => void;
  /** Receive the run's events. */
  readonly sinks?: readonly TelemetrySink[];
  /** Sinks keep what they wrote up to this step, where the run is resumed; that of `from` when absent. */
  readonly afterStep?: number | undefined;
  /** See `TrainControl`. */
  readonly rng?: Rng;
  /** Ends the run after the step it is in, with a checkpoint. */
  readonly stop?: Observable<unknown>;
}

export interface TrainingEnd {
  readonly stopped: boolean;
  readonly step: number;
  readonly evaluation: CheckpointManifest['evaluation'];
  readonly checkpoint: StoredCheckpoint | undefined;
}

/** Checkpoints of a run that does not say how many. */
const CHECKPOINTS = 10;

/**
 * Trains with checkpoints, or resumes from one, bit for bit; the model stays the caller's.
 * @throws MODELS_CHECKPOINT_MISMATCH where `from` is of another run, and what training, checkpoints and sinks throw; the
 * checkpoints that were saved stay
 */
export async function trainRun(training: TrainingRun): Promise<TrainingEnd> {
  const { task, run, checkpoints, from } = training;
  if (from) assertSameRun(await readManifest(from.path), run);
  const options = parseTrainOptions(run.training as unknown as TrainOptions);
  const optimiser = new AdamW(task.model.namedVariables(), options);
  try {
    const target = { model: task.model, optimiser };
    const restored = from && (await restoreCheckpoint(from.path, target));
    await (from ? checkpoints.clean() : checkpoints.begin());
    return await loop({ ...training, options }, optimiser, {
      stopped: false,
      step: optimiser.step,
      evaluation: restored?.evaluation ?? null,
      checkpoint: from,
    });
  } finally {
    optimiser.dispose();
  }
}

type Configured = TrainingRun & { readonly options: ParsedTrainOptions };

async function loop(training: Configured, optimiser: AdamW, start: TrainingEnd) {
  const { task, options, rng, stop = NEVER, afterStep: step = training.from?.step } = training;
  const { saveEvery = Math.ceil(options.steps / CHECKPOINTS) } = training;
  const sinks = await openSinks(
    training.sinks ?? [],
    step === undefined ? {} : { afterStep: step },
  );
  const ended = new Subject<void>();
  let [state, stopping] = [start, false];
  const listening = stop.subscribe(() => (stopping = true));
  const isDue = (step: number) => step % saveEvery === 0 || step === options.steps;
  const afterStep = async (taken: StepTaken) => {
    const evaluation = taken.evaluation
      ? summarise(taken.step, taken.evaluation)
      : state.evaluation;
    state = { ...state, step: taken.step, evaluation };
    if (stopping || taken.evaluation || isDue(taken.step)) {
      await sinks.sync();
      training.assertOwn?.();
      const { model, tokenizerFile } = task;
      const saved = { model, optimiser, run: training.run, evaluation, tokenizerFile };
      state = { ...state, checkpoint: await training.checkpoints.save(saved) };
    }
    if (!stopping) return; // asked for before the save, or during it
    state = { ...state, stopped: true };
    ended.next();
  };
  try {
    const events = train(task, options, { optimiser, afterStep, ...(rng && { rng }) }).pipe(
      tap((event) => sinks.write(event)),
      takeUntil(ended),
    );
    await lastValueFrom(events, { defaultValue: undefined });
    return state;
  } finally {
    listening.unsubscribe();
    await sinks.close();
  }
}

function summarise(step: number, { limited, layers }: Evaluation) {
  return { step, metrics: { ...limited }, layers: layers.map(routingFigures) };
}
