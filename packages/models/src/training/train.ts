import type { Rng } from '@moekit/core';
import { createRng } from '@moekit/core';
import { dispose } from '@tensorflow/tfjs-core';
import type { Subscriber } from 'rxjs';
import { Observable } from 'rxjs';

import type { TrainEvent, TrainOptions } from '../contract.js';
import { fail } from '../errors.js';
import type { Task } from '../task.js';
import { AdamW } from './adamw.js';
import type { BatchReport } from './batch-gradients.js';
import { batchGradients, readReport } from './batch-gradients.js';
import { evaluate } from './evaluate.js';
import { clipScale } from './global-norm.js';
import { parseTrainOptions } from './options.js';
import { learningRateAt } from './schedule.js';

const SEED_BOUND = 2 ** 31;

type Options = Required<TrainOptions>;

/**
 * Trains a task's model: AdamW, warm-up and cosine, clipping by global norm.
 * Cold: each subscription runs a loop of its own, with a new optimiser, on the same model. Unsubscribing stops it before
 * the next step and frees all but the model. The event loop runs between steps.
 * The data order depends on `options.seed` alone; the weights are changed only by finite gradients.
 * @returns one `step` event per step, and `evaluation` events; all plain numbers
 * @throws MOE_OPTIONS at once; what the task throws, MODELS_DIVERGED and the router's errors go to the observer
 */
export function train<Batch>(task: Task<Batch>, options: TrainOptions): Observable<TrainEvent> {
  const parsed = parseTrainOptions(options);
  return new Observable((subscriber) => {
    runLoop(task, parsed, subscriber).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
  });
}

async function runLoop<Batch>(
  task: Task<Batch>,
  options: Options,
  subscriber: Subscriber<TrainEvent>,
): Promise<void> {
  const rng = createRng(options.seed);
  const optimiser = new AdamW(task.model.namedVariables(), options);
  try {
    for (let step = 1; step <= options.steps; step++) {
      await nextTurn();
      if (subscriber.closed) return;
      const event = await trainStep({ task, options, optimiser, rng }, step, () =>
        Boolean(subscriber.closed),
      );
      if (!event) return;
      subscriber.next(event);
      if (subscriber.closed || !evaluatesAfter(step, options)) continue;
      const evaluation = await evaluate(task, { batches: options.evaluationBatches });
      subscriber.next({ type: 'evaluation', step, evaluation });
    }
  } finally {
    optimiser.dispose();
  }
}

interface Training<Batch> {
  readonly task: Task<Batch>;
  readonly options: Options;
  readonly optimiser: AdamW;
  readonly rng: Rng;
}

/** One step; `undefined` when it was cancelled while numbers were read back, the weights then untouched. */
async function trainStep<Batch>(
  { task, options, optimiser, rng }: Training<Batch>,
  step: number,
  cancelled: () => boolean,
): Promise<TrainEvent | undefined> {
  const started = performance.now();
  const batch = task.trainingBatch(step, rng.fork('data'));
  const seed = rng.fork(`noise.${step}`).integer(SEED_BOUND);
  const computed = batchGradients(task, batch, seed);
  try {
    const { figures, ...report } = await readReport(computed);
    if (cancelled()) return undefined;
    assertFinite(report, step);
    const learningRate = learningRateAt(step, options);
    const scale = clipScale(report.gradientNorm, options.clipNorm);
    optimiser.apply(computed.gradients, learningRate, scale);
    task.model.moeLayers.forEach(({ router }, i) => router.afterStep?.(report.layers[i]!));
    const pairs = report.layers.map(({ dispatchedPairs }) => dispatchedPairs);
    return {
      type: 'step',
      step,
      steps: options.steps,
      learningRate,
      tokens: task.sizeOf(batch).tokens,
      flops: task.flops(batch, pairs),
      metrics: task.metrics({ loss: report.loss, figures }),
      seconds: (performance.now() - started) / 1000,
      ...report,
    };
  } finally {
    dispose([computed.report, ...Object.values(computed.gradients)]);
  }
}

function evaluatesAfter(step: number, { steps, evaluateEvery }: Options): boolean {
  return step === steps || (evaluateEvery > 0 && step % evaluateEvery === 0);
}

function assertFinite(
  { loss, routerLoss, gradientNorm }: Omit<BatchReport, 'figures'>,
  step: number,
): void {
  if ([loss, routerLoss, gradientNorm].every(Number.isFinite)) return;
  throw fail('MODELS_DIVERGED', {
    asked: `Loss, router loss and gradient norm must stay finite at step ${step}`,
    got: `${loss}, ${routerLoss} and ${gradientNorm}`,
    fix: 'Lower learningRate, raise warmupSteps, or set clipNorm (1 is usual). The weights are those of the step before.',
  });
}

/** Lets timers, input and signals be served. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
