import type { Task } from '../task.js';
import type { BatchGradients } from './batch-gradients.js';
import { batchGradients } from './batch-gradients.js';
import { statisticsOf } from './join-reports.js';
import { diagnose, diverged, isNonFinite } from './divergence.js';
import type { Seeded } from './micro-batches.js';
import type { StepGradients } from './step-gradients.js';

interface Computing<Batch> {
  readonly parts: readonly Seeded<Batch>[];
  readonly step: number;
  /** Gets the gradients of each. */
  readonly computed: StepGradients;
  readonly cancelled: () => boolean;
}

/**
 * Passes the micro-batches of a step, one after another; routers with a state of their own within a step hear of
 * each before the next.
 * @returns false when it was cancelled on the way      @throws MODELS_DIVERGED, what the task throws
 */
export async function computeGradients<Batch>(
  task: Task<Batch>,
  { parts, step, computed, cancelled }: Computing<Batch>,
): Promise<boolean> {
  const tell = task.model.moeLayers.some(({ router }) => router.afterMicroBatch);
  for (const [i, part] of parts.entries()) {
    computed.add(await gradientsOf(task, part, step), part.share);
    if (!tell || i === parts.length - 1) continue;
    const report = await computed.readLast();
    if (cancelled()) return false;
    if (![report.loss, report.routerLoss].every(Number.isFinite)) return true; // the step's end says so
    task.model.moeLayers.forEach(({ router }, layer) => {
      router.afterMicroBatch?.(report.layers[layer]!, statisticsOf([report], layer));
    });
  }
  return true;
}

/** A router that meets logits that are not finite stops the forward pass: training diverged there. */
async function gradientsOf<Batch>(
  task: Task<Batch>,
  { batch, seed, share }: Seeded<Batch>,
  step: number,
): Promise<BatchGradients> {
  try {
    return batchGradients(task, batch, seed, share);
  } catch (error) {
    if (!isNonFinite(error)) throw error;
    throw diverged(await diagnose(task, { batch, seed, step, error }), error.message);
  }
}
