import type { Evaluation } from '../contract.js';
import { diagnose, diverged, isNonFinite } from './divergence.js';
import { evaluate } from './evaluate.js';
import type { Training } from './train-step.js';

/**
 * The evaluation after a step: what that step did to the weights may show here first.
 * @throws MODELS_DIVERGED where a router meets logits that are not finite, what the task throws
 */
export async function evaluateStep<Batch>(
  { task, options, rng }: Training<Batch>,
  step: number,
): Promise<Evaluation> {
  try {
    return await evaluate(task, { batches: options.evaluationBatches });
  } catch (error) {
    if (!isNonFinite(error)) throw error;
    const batch = task.trainingBatch(step, rng.fork('data'));
    const cause = await diagnose(task, { step, batch, seed: options.seed, error });
    throw diverged(cause, error.message, 'The evaluation must be finite');
  }
}
