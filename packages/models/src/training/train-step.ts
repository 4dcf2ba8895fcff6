import type { Rng } from '@moekit/core';

import type { TrainEvent } from '../contract.js';
import type { Task } from '../task.js';
import type { AdamW } from './adamw.js';
import { addFlops, noFlops } from './add-flops.js';
import { clipScale } from './clip-scale.js';
import { computeGradients } from './compute-gradients.js';
import { diagnose, diverged } from './divergence.js';
import type { MicroBatchReport, StepReport } from './join-reports.js';
import { joinReports } from './join-reports.js';
import type { Seeded } from './micro-batches.js';
import { microBatchesOf } from './micro-batches.js';
import type { ParsedTrainOptions } from './options.js';
import { RouterStates } from './router-state.js';
import { learningRateAt } from './schedule.js';
import { StepGradients } from './step-gradients.js';

const SEED_BOUND = 2 ** 31;

export interface Training<Batch> {
  readonly task: Task<Batch>;
  readonly options: ParsedTrainOptions;
  readonly optimiser: AdamW;
  /** Never read, only forked by step. */
  readonly rng: Rng;
}

function seededParts<Batch>(
  { task, options, rng }: Training<Batch>,
  step: number,
): Seeded<Batch>[] {
  const batch = task.trainingBatch(step, rng.fork('data'));
  const noise = (i: number) => rng.fork(i === 0 ? `noise.${step}` : `noise.${step}.${i}`);
  return microBatchesOf(task, batch, options.microBatches ?? 1).map((part, i) => ({
    ...part,
    seed: noise(i).integer(SEED_BOUND),
  }));
}

/**
 * One step; `undefined` when it was cancelled while numbers were read back, weights and routers then untouched.
 * @throws MODELS_DIVERGED, what the task throws
 */
export async function trainStep<Batch>(
  training: Training<Batch>,
  step: number,
  cancelled: () => boolean,
): Promise<TrainEvent | undefined> {
  const started = performance.now();
  const { moeLayers } = training.task.model;
  const parts = seededParts(training, step);
  const states = new RouterStates(parts.length > 1 ? moeLayers : []);
  const computed = new StepGradients();
  let taken = false;
  try {
    if (!(await computeGradients(training.task, { parts, step, computed, cancelled }))) return;
    const report = await readStep(training.task, { parts, step, computed });
    if (cancelled()) return;
    const learningRate = learningRateAt(step, training.options);
    const scale = clipScale(report.gradientNorm, training.options.clipNorm);
    training.optimiser.apply(computed.gradients, learningRate, scale);
    taken = true;
    moeLayers.forEach(({ router }, i) => {
      router.afterStep?.(report.layers[i]!, report.statistics[i]!);
    });
    return stepEvent(training, { step, parts, report, learningRate, started });
  } finally {
    if (!taken) states.restore();
    states.dispose();
    computed.dispose();
  }
}

interface ReadStep extends StepReport {
  readonly gradientNorm: number;
  readonly parts: readonly MicroBatchReport[];
}

/** The numbers of a step. @throws MODELS_DIVERGED where one of them is not finite */
async function readStep<Batch>(
  task: Task<Batch>,
  at: {
    readonly parts: readonly Seeded<Batch>[];
    readonly step: number;
    readonly computed: StepGradients;
  },
): Promise<ReadStep> {
  const { parts, step, computed } = at;
  const { gradientNorm, reports } = await computed.readAll();
  const report = { ...joinReports(reports), gradientNorm };
  const { loss, routerLoss } = report;
  const figures = [loss, routerLoss, gradientNorm];
  if (figures.every(Number.isFinite)) return { ...report, parts: reports };
  const worst = reports.findIndex((part) => ![part.loss, part.routerLoss].every(Number.isFinite));
  const { batch, seed } = parts[Math.max(worst, 0)]!;
  const { gradients } = computed;
  const cause = await diagnose(task, { batch, seed, step, gradients, report });
  throw diverged(cause, `${loss}, ${routerLoss} and ${gradientNorm}`);
}

interface StepTaken<Batch> {
  readonly step: number;
  readonly parts: readonly Seeded<Batch>[];
  readonly report: ReadStep;
  readonly learningRate: number;
  readonly started: number;
}

function stepEvent<Batch>(
  { task, options }: Training<Batch>,
  { step, parts, report, learningRate, started }: StepTaken<Batch>,
): TrainEvent {
  const { loss, figures, routerLoss, gradientNorm, layers } = report;
  const pairs = report.parts.map((part) => part.layers.map((layer) => layer.dispatchedPairs));
  return {
    type: 'step',
    step,
    steps: options.steps,
    learningRate,
    tokens: parts.reduce((sum, { batch }) => sum + task.sizeOf(batch).tokens, 0),
    flops: parts.map(({ batch }, i) => task.flops(batch, pairs[i]!)).reduce(addFlops, noFlops),
    metrics: task.metrics({ loss, figures }),
    seconds: (performance.now() - started) / 1000,
    routerLoss,
    gradientNorm,
    loss,
    layers,
  };
}
