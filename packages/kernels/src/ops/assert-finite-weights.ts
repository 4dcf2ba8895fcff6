import type { Tensor2D } from '@tensorflow/tfjs-core';

import { fail } from '../errors/codes.js';
import { inHostMemory } from '../backends/in-host-memory.js';

/**
 * @throws KERNELS_NON_FINITE where combine weights hold NaN or infinity. On backends where reading would wait for the
 *   device nothing is looked at: the output, and with it the loss, becomes NaN there.
 */
export function assertFiniteWeights(weights: Tensor2D): void {
  if (!inHostMemory()) return;
  const values = weights.dataSync<'float32'>();
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const [, experts] = weights.shape;
  throw fail('KERNELS_NON_FINITE', {
    asked: 'combine needs finite weights',
    got: `${values[at]} for token ${Math.floor(at / experts)} and expert ${at % experts}`,
    fix: 'Training may have diverged: lower the learning rate.',
  });
}
