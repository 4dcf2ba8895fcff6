import type { Evaluation, StepTaken, Task, TrainEvent, TrainOptions } from '@moekit/models';
import { AdamW, routingFigures, train } from '@moekit/models';
import type {
  CheckpointManifest,
  CheckpointRun,
  StoredCheckpoint,
  CheckpointFolder,
} from '@moekit/models/node';
import { restoreCheckpoint } from '@moekit/models/node';
import type { Observable } from 'rxjs';
import { lastValueFrom, Subject, takeUntil, tap } from 'rxjs';

/** Where the events of a training run go. */
export interface TrainingSinks {
  write(event: TrainEvent): void;
  /** Before a checkpoint is saved: a log never lacks a step that a checkpoint has. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface TrainingRun {
  readonly task: Task;
  readonly options: Required<TrainOptions>;
  readonly run: CheckpointRun;
  readonly checkpoints: CheckpointFolder;
  /** Called before each is saved. */
  readonly assertOwn: () => void;
  /** Steps between two checkpoints; there is one after each evaluation and after the last step too. */
  readonly saveEvery: number;
  /** Goes on from here: a checkpoint of this run. */
  readonly from: StoredCheckpoint | undefined;
  /** Opened when the step that training starts from is known. */
  readonly openSinks: () => Promise<TrainingSinks>;
  /** Ends the run after the step it is in, with a checkpoint. */
  readonly stop: Observable<unknown>;
  readonly onEvent: (event: TrainEvent) => void;
}

export interface TrainingEnd {
  readonly stopped: boolean;
  readonly step: number;
  readonly evaluation: CheckpointManifest['evaluation'];
  readonly checkpoint: StoredCheckpoint | undefined;
}

/**
 * Trains with checkpoints, or goes on from one; the model stays the caller's.
 * @throws what training, checkpoints and logs throw; the checkpoints that were saved stay
 */
export async function trainRun(training: TrainingRun): Promise<TrainingEnd> {
  const { task, options, checkpoints, from } = training;
  const optimiser = new AdamW(task.model.namedVariables(), options);
  try {
    const target = { model: task.model, optimiser };
    const restored = from && (await restoreCheckpoint(from.path, target));
    await (from ? checkpoints.clean() : checkpoints.begin());
    return await loop(training, optimiser, {
      stopped: false,
      step: optimiser.step,
      evaluation: restored?.evaluation ?? null,
      checkpoint: from,
    });
  } finally {
    optimiser.dispose();
  }
}

async function loop(training: TrainingRun, optimiser: AdamW, start: TrainingEnd) {
  const { task, options, stop, onEvent } = training;
  const sinks = await training.openSinks();
  const ended = new Subject<void>();
  let [state, stopping] = [start, false];
  const listening = stop.subscribe(() => (stopping = true));
  const afterStep = async (taken: StepTaken) => {
    const evaluation = taken.evaluation
      ? summarise(taken.step, taken.evaluation)
      : state.evaluation;
    state = { ...state, step: taken.step, evaluation };
    if (stopping || taken.evaluation || savesAfter(taken.step, training)) {
      await sinks.sync();
      training.assertOwn();
      const { model } = task;
      const saved = { model, optimiser, run: training.run, evaluation };
      state = { ...state, checkpoint: await training.checkpoints.save(saved) };
    }
    if (!stopping) return; // asked for before the save, or during it
    state = { ...state, stopped: true };
    ended.next();
  };
  try {
    const events = train(task, options, { optimiser, afterStep }).pipe(
      tap((event) => {
        sinks.write(event);
        onEvent(event);
      }),
      takeUntil(ended),
    );
    await lastValueFrom(events, { defaultValue: undefined });
    return state;
  } finally {
    listening.unsubscribe();
    await sinks.close();
  }
}

function savesAfter(step: number, { saveEvery, options }: TrainingRun): boolean {
  return step % saveEvery === 0 || step === options.steps;
}

function summarise(step: number, { limited, layers }: Evaluation) {
  return { step, metrics: { ...limited }, layers: layers.map(routingFigures) };
}
