import type { Rng } from '@moekit/core';
import type {
  Continuation,
  EarlyStoppingState,
  Evaluation,
  ParsedTrainOptions,
  StepTaken,
  Task,
  TelemetrySink,
  TrainOptions,
} from '@moekit/models';
import { AdamW, EarlyStopping, parseTrainOptions, routingFigures, train } from '@moekit/models';
import type {
  CheckpointFolder,
  CheckpointManifest,
  CheckpointRun,
  StoredCheckpoint,
} from '@moekit/models/node';
import type { Observable } from 'rxjs';
import { lastValueFrom, NEVER, Subject, takeUntil, tap } from 'rxjs';

import type { OpenSinks } from './open-sinks.js';
import { openSinks } from './open-sinks.js';
import type { Beginning, Start } from './restore-start.js';
import { restoreStart } from './restore-start.js';

export interface TrainingRun extends Beginning {
  readonly task: Task;
  /** Its description in checkpoints, `training` included; see `checkpointRunOf`. */
  readonly run: CheckpointRun;
  readonly checkpoints: CheckpointFolder;
  /** Steps between two checkpoints, a tenth of all by default; each evaluation and the last step are followed by one too. */
  readonly saveEvery?: number | undefined;
  /** Called before each checkpoint is saved; may throw. */
  readonly assertOwn?: () => void;
  /** Receive the run's events. */
  readonly sinks?: readonly TelemetrySink[];
  /** Sinks keep what they wrote up to this step, where the run is resumed; that of `resume` when absent. */
  readonly afterStep?: number | undefined;
  /** See `TrainControl`. */
  readonly rng?: Rng;
  /** Ends the run after the step it is in, with a checkpoint. */
  readonly stop?: Observable<unknown>;
}

export interface TrainingEnd {
  /** By `stop`. */
  readonly stopped: boolean;
  /** The evaluations that `patience` went by, where they ended the run before its last step. */
  readonly stoppedEarly: EarlyStoppingState | null;
  readonly step: number;
  readonly evaluation: CheckpointManifest['evaluation'];
  readonly checkpoint: StoredCheckpoint | undefined;
  /** How the run came about; see `Continuation`. */
  readonly history: readonly Continuation[];
}

/** Checkpoints of a run that does not say how many. */
const CHECKPOINTS = 10;

/**
 * Trains with checkpoints: from the first step, or from the checkpoint that the run begins with, bit for bit. The model
 * stays the caller's, with the weights of the last step.
 * @throws MODELS_CHECKPOINT_MISMATCH where the checkpoint does not fit, MODELS_STEPS where it has passed the last step,
 *   and what training, checkpoints and sinks throw; the checkpoints that were saved stay
 */
export async function trainRun(training: TrainingRun): Promise<TrainingEnd> {
  const { task, run, checkpoints, resume } = training;
  const options = parseTrainOptions(run.training as unknown as TrainOptions);
  const optimiser = new AdamW(task.model.namedVariables(), options);
  try {
    const start = await restoreStart(training, { task, run, optimiser });
    await (resume ? checkpoints.clean() : checkpoints.begin());
    return await openAndLoop({ ...training, options, optimiser, start });
  } finally {
    optimiser.dispose();
  }
}

interface Started extends TrainingRun {
  readonly options: ParsedTrainOptions;
  readonly optimiser: AdamW;
  readonly start: Start;
}

async function openAndLoop(training: Started): Promise<TrainingEnd> {
  const { afterStep: step = training.resume?.step, start } = training;
  const sinks = await openSinks(
    training.sinks ?? [],
    step === undefined ? {} : { afterStep: step },
  );
  try {
    const { continuation } = start;
    if (continuation) {
      sinks.write({ type: 'continuation', step: continuation.afterStep + 1, continuation });
    }
    return await loop(training, sinks);
  } finally {
    await sinks.close();
  }
}

async function loop(training: Started, sinks: OpenSinks): Promise<TrainingEnd> {
  const { task, options, optimiser, start, rng, stop = NEVER } = training;
  const { saveEvery = Math.ceil(options.steps / CHECKPOINTS) } = training;
  const earlyStopping = new EarlyStopping(options, start.earlyStopping);
  const ended = new Subject<void>();
  let [state, stopping] = [beginning(training), false];
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
      const { history } = state;
      const saved = { model, optimiser, run: training.run, evaluation, history, tokenizerFile };
      state = {
        ...state,
        checkpoint: await training.checkpoints.save({
          ...saved,
          ...(options.patience !== undefined && { earlyStopping: earlyStopping.state }),
        }),
      };
    }
    if (!stopping) return; // asked for before the save, or during it
    state = { ...state, stopped: true };
    ended.next();
  };
  const control = { optimiser, earlyStopping, afterStep, ...(rng && { rng }) };
  try {
    const events = train(task, options, control).pipe(
      tap((event) => sinks.write(event)),
      takeUntil(ended),
    );
    await lastValueFrom(events, { defaultValue: undefined });
    const early = earlyStopping.isOver && state.step < options.steps;
    return { ...state, stoppedEarly: early ? earlyStopping.state : null };
  } finally {
    listening.unsubscribe();
  }
}

function beginning({ optimiser, start, resume }: Started): TrainingEnd {
  const { evaluation, history } = start;
  const step = optimiser.step;
  const none = { stopped: false, stoppedEarly: null };
  return { ...none, step, evaluation, checkpoint: resume, history };
}

function summarise(step: number, { limited, layers }: Evaluation) {
  return { step, metrics: { ...limited }, layers: layers.map(routingFigures) };
}
