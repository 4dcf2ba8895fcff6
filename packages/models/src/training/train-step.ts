import type { Rng } from '@moekit/core';
import { joinStatistics } from '@moekit/core';
import { dispose } from '@tensorflow/tfjs-core';

import type { TrainEvent, TrainOptions } from '../contract.js';
import type { Task } from '../task.js';
import type { AdamW } from './adamw.js';
import type { BatchGradients, BatchReport } from './batch-gradients.js';
import { batchGradients, readReport } from './batch-gradients.js';
import { diagnose, diverged, isNonFinite } from './divergence.js';
import { clipScale } from './clip-scale.js';
import { learningRateAt } from './schedule.js';

const SEED_BOUND = 2 ** 31;

export interface Training<Batch> {
  readonly task: Task<Batch>;
  readonly options: Required<TrainOptions>;
  readonly optimiser: AdamW;
  /** Never read, only forked by step. */
  readonly rng: Rng;
}

/**
 * One step; `undefined` when it was cancelled while numbers were read back, the weights then untouched.
 * @throws MODELS_DIVERGED, what the task throws
 */
export async function trainStep<Batch>(
  training: Training<Batch>,
  step: number,
  cancelled: () => boolean,
): Promise<TrainEvent | undefined> {
  const { task, options, optimiser, rng } = training;
  const started = performance.now();
  const batch = task.trainingBatch(step, rng.fork('data'));
  const seed = rng.fork(`noise.${step}`).integer(SEED_BOUND);
  const computed = await computeGradients(task, { batch, seed, step });
  try {
    const { figures, statistics, ...report } = await readReport(computed);
    if (cancelled()) return undefined;
    await assertFinite(report, () => diagnose(task, { batch, seed, step, computed, report }));
    const learningRate = learningRateAt(step, options);
    const scale = clipScale(report.gradientNorm, options.clipNorm);
    optimiser.apply(computed.gradients, learningRate, scale);
    task.model.moeLayers.forEach(({ router }, i) => {
      const stats = report.layers[i]!;
      const pass = { tokens: stats.tokens, statistics: statistics[i]! };
      router.afterStep?.(stats, joinStatistics([pass]));
    });
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

/** A router that meets logits that are not finite stops the forward pass: training diverged there. */
async function computeGradients<Batch>(
  task: Task<Batch>,
  at: { readonly batch: Batch; readonly seed: number; readonly step: number },
): Promise<BatchGradients> {
  try {
    return batchGradients(task, at.batch, at.seed);
  } catch (error) {
    if (!isNonFinite(error)) throw error;
    throw diverged(await diagnose(task, { ...at, error }), error.message);
  }
}

async function assertFinite(
  { loss, routerLoss, gradientNorm }: Omit<BatchReport, 'figures' | 'statistics'>,
  explain: () => ReturnType<typeof diagnose>,
): Promise<void> {
  const figures = [loss, routerLoss, gradientNorm];
  if (figures.every(Number.isFinite)) return;
  throw diverged(await explain(), `${loss}, ${routerLoss} and ${gradientNorm}`);
}
