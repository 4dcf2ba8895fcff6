import { assertTask } from '../assert-run.js';
import type { Rng } from '@moekit/core';
import { createRng } from '@moekit/core';
import type { Subscriber } from 'rxjs';
import { Observable } from 'rxjs';

import type { Evaluation, TrainEvent, TrainOptions } from '../contract.js';
import type { Task } from '../task.js';
import { nextTurn } from '../next-turn.js';
import { AdamW } from './adamw.js';
import { EarlyStopping } from './early-stopping.js';
import { evaluateStep } from './evaluate-step.js';
import { assertSplits } from './micro-batches.js';
import type { ParsedTrainOptions } from './options.js';
import { parseTrainOptions } from './options.js';
import { trainStep } from './train-step.js';

/** How a run resumes where another stopped, and is observed from within. */
export interface TrainControl {
  /** Training resumes after its last step, and it stays the caller's; a new one when absent. See `restoreCheckpoint`. */
  readonly optimiser?: AdamW;
  /** The random numbers of the batches and of the routers' noise; those of `options.seed` when absent. */
  readonly rng?: Rng;
  /** Ends the run where the held-out loss improves no more; one of `options.patience` when absent. */
  readonly earlyStopping?: EarlyStopping;
  /** Awaited after each step and its evaluation: until it settles nothing moves, so what it saves is of one moment. */
  afterStep?(taken: StepTaken): Promise<void> | void;
}

export interface StepTaken {
  /** From 1. */
  readonly step: number;
  readonly optimiser: AdamW;
  /** After this step, where there was one. */
  readonly evaluation: Evaluation | undefined;
}

/**
 * Trains a task's model: AdamW, a schedule with warm-up, clipping by global norm.
 * Cold: each subscription runs a loop of its own, with a new optimiser, on the same model. Unsubscribing stops it before
 * the next step and frees all but the model. The event loop runs between steps.
 * Batches and noise of a step depend on the step and `options.seed` alone, so a model and optimiser that are restored go
 * on as if nothing had happened; the weights are changed only by finite gradients.
 * @returns one `step` event per step, `evaluation` events, and `early-stop` where `options.patience` ends it; plain numbers
 * @throws MOE_OPTIONS and MODELS_MICRO_BATCHES at once; what the task and `afterStep` throw, MODELS_DIVERGED (its cause is a `Divergence`) and
 *   the router's errors go to the observer
 */
export function train<Batch>(
  task: Task<Batch>,
  options: TrainOptions,
  control: TrainControl = {},
): Observable<TrainEvent> {
  assertTask('train', task);
  const parsed = parseTrainOptions(options);
  assertSplits(task, parsed.microBatches ?? 1);
  return new Observable((subscriber) => {
    const own = control.optimiser ? undefined : new AdamW(task.model.namedVariables(), parsed);
    const optimiser = control.optimiser ?? own!;
    runLoop({ ...control, task, options: parsed, optimiser }, subscriber)
      .finally(() => own?.dispose())
      .then(
        () => subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      );
  });
}

interface Run<Batch> extends TrainControl {
  readonly task: Task<Batch>;
  readonly options: ParsedTrainOptions;
  readonly optimiser: AdamW;
}

async function runLoop<Batch>(
  { task, options, optimiser, afterStep, rng = createRng(options.seed), ...run }: Run<Batch>,
  subscriber: Subscriber<TrainEvent>,
): Promise<void> {
  const training = { task, options, optimiser, rng };
  const { earlyStopping = new EarlyStopping(options) } = run;
  const cancelled = () => Boolean(subscriber.closed);
  for (let step = optimiser.step + 1; step <= options.steps && !earlyStopping.isOver; step++) {
    await nextTurn();
    if (cancelled()) return;
    const event = await trainStep(training, step, cancelled);
    if (!event) return;
    subscriber.next(event);
    let evaluation: Evaluation | undefined;
    if (!cancelled() && evaluatesAfter(step, options)) {
      evaluation = await evaluateStep(training, step);
      subscriber.next({ type: 'evaluation', step, evaluation });
      earlyStopping.observe(step, evaluation.limited.loss);
      if (earlyStopping.isOver && step < options.steps) {
        subscriber.next(earlyStopEvent(step, earlyStopping, options));
      }
    }
    if (!cancelled()) await afterStep?.({ step, optimiser, evaluation });
  }
}

function earlyStopEvent(
  step: number,
  { state }: EarlyStopping,
  { minImprovement = 0 }: ParsedTrainOptions,
): TrainEvent {
  return { type: 'early-stop', step, earlyStopping: state, minImprovement };
}

function evaluatesAfter(step: number, { steps, evaluateEvery }: ParsedTrainOptions): boolean {
  return step === steps || (evaluateEvery > 0 && step % evaluateEvery === 0);
}
