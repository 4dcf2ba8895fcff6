import type { TrainOptions } from '../contract.js';

/**
 * The learning rate of one step: linear warm-up to the peak, then half a cosine down to a share of it.
 * @param step from 1; step `warmupSteps` has the peak and step `steps` the final rate
 */
export function learningRateAt(
  step: number,
  options: Pick<TrainOptions, 'steps' | 'learningRate' | 'warmupSteps' | 'finalLearningRate'>,
): number {
  const { steps, learningRate, warmupSteps, finalLearningRate = 0.1 } = options;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(steps - warmupSteps, 1);
  const cosine = (1 + Math.cos(Math.PI * Math.min(progress, 1))) / 2;
  return learningRate * (finalLearningRate + (1 - finalLearningRate) * cosine);
}
