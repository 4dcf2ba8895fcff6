import type { Rng } from '@moekit/core';
import { createRng } from '@moekit/core';
import { dispose } from '@tensorflow/tfjs-core';
import type { Subscriber } from 'rxjs';
import { Observable } from 'rxjs';

import type { LanguageModel, TokenData, TrainEvent, TrainOptions } from '../contract.js';
import { randomBatch } from '../data/batches.js';
import { fail } from '../errors.js';
import { AdamW } from './adamw.js';
import type { BatchGradients, BatchReport } from './batch-gradients.js';
import { batchGradients, readReport } from './batch-gradients.js';
import { evaluate } from './evaluate.js';
import { clipScale } from './global-norm.js';
import { assertVocabulary, parseTrainOptions } from './options.js';
import { learningRateAt } from './schedule.js';

const SEED_BOUND = 2 ** 31;

type Options = Required<TrainOptions>;

/**
 * Trains a model: AdamW, warm-up and cosine, clipping by global norm.
 * Cold: each subscription runs a loop of its own, with a new optimiser, on the same model. Unsubscribing stops it before
 * the next step and frees all but the model. The event loop runs between steps.
 * The data order depends on `options.seed` alone; the weights are changed only by finite gradients.
 * @returns one `step` event per step, and `evaluation` events; all plain numbers
 * @throws MOE_OPTIONS, MODELS_TOKENS at once; MODELS_DATA_SHORT, MODELS_DIVERGED and the router's errors go to the observer
 */
export function train(
  model: LanguageModel,
  data: TokenData,
  options: TrainOptions,
): Observable<TrainEvent> {
  const parsed = parseTrainOptions(options);
  assertVocabulary(model, data);
  return new Observable((subscriber) => {
    runLoop(model, data, parsed, subscriber).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
  });
}

async function runLoop(
  model: LanguageModel,
  data: TokenData,
  options: Options,
  subscriber: Subscriber<TrainEvent>,
): Promise<void> {
  const rng = createRng(options.seed);
  const batchRng = rng.fork('data');
  const optimiser = new AdamW(model.namedVariables(), options);
  try {
    for (let step = 1; step <= options.steps; step++) {
      await nextTurn();
      if (subscriber.closed) return;
      const event = await trainStep({ model, data, options, optimiser, batchRng, rng }, step, () =>
        Boolean(subscriber.closed),
      );
      if (!event) return;
      subscriber.next(event);
      if (subscriber.closed || !evaluatesAfter(step, options)) continue;
      const evaluation = await evaluate(model, data.validation, {
        batchSize: options.batchSize,
        batches: options.evaluationBatches,
        bytesPerToken: data.bytesPerToken,
      });
      subscriber.next({ type: 'evaluation', step, evaluation });
    }
  } finally {
    optimiser.dispose();
  }
}

interface Training {
  readonly model: LanguageModel;
  readonly data: TokenData;
  readonly options: Options;
  readonly optimiser: AdamW;
  readonly batchRng: Rng;
  readonly rng: Rng;
}

/** One step; `undefined` when it was cancelled while numbers were read back, the weights then untouched. */
async function trainStep(
  { model, data, options, optimiser, batchRng, rng }: Training,
  step: number,
  cancelled: () => boolean,
): Promise<TrainEvent | undefined> {
  const started = performance.now();
  const batch = randomBatch(data.train, options.batchSize, model.config.contextLength, batchRng);
  const seed = rng.fork(`noise.${step}`).integer(SEED_BOUND);
  const computed: BatchGradients = batchGradients(model, batch, seed);
  try {
    const report = await readReport(computed);
    if (cancelled()) return undefined;
    assertFinite(report, step);
    const learningRate = learningRateAt(step, options);
    const scale = clipScale(report.gradientNorm, options.clipNorm);
    optimiser.apply(computed.gradients, learningRate, scale);
    model.moeLayers.forEach(({ router }, i) => router.afterStep?.(report.layers[i]!));
    const seconds = (performance.now() - started) / 1000;
    const { steps } = options;
    const tokens = batch.tokens.length;
    return { type: 'step', step, steps, learningRate, tokens, seconds, ...report };
  } finally {
    dispose([computed.report, ...Object.values(computed.gradients)]);
  }
}

function evaluatesAfter(step: number, { steps, evaluateEvery }: Options): boolean {
  return step === steps || (evaluateEvery > 0 && step % evaluateEvery === 0);
}

function assertFinite({ loss, routerLoss, gradientNorm }: BatchReport, step: number): void {
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
