import type { RouteContext, RouterLoss } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul } from '@tensorflow/tfjs-core';

import type { AdaptiveCoefficient } from './adaptive-coefficient.js';
import { chunkLoss } from './chunk-loss.js';
import { localityLoss } from './locality-loss.js';
import type { OpenGates } from './open-gates.js';

export interface SequenceLossRule {
  /** L, tokens of a chunk. */
  readonly chunkLength: number;
  readonly localityCoefficient: number;
  /** s of the sigmoid in the locality loss. */
  readonly steepness: number;
}

/**
 * The losses of BlockFFN that make neighbours share experts: few for a chunk, by a weight that moves, and the same for a pair. Both
 * are of sequences: where the context names none, there are none.
 * @param logits float32 [T,E]
 */
export function sequenceLosses(
  logits: Tensor2D,
  { open, shares }: OpenGates,
  { chunkLength, localityCoefficient, steepness }: SequenceLossRule,
  lambda: AdaptiveCoefficient,
  { sequences, tokenMask }: RouteContext,
): RouterLoss[] {
  if (!sequences) return [];
  const chunk = chunkLoss(mul(shares, open), sequences, chunkLength, tokenMask);
  const losses = [lambda.times({ name: 'chunk-sparsity', value: chunk })];
  if (localityCoefficient === 0) return losses;
  const value = localityLoss(logits, sequences, steepness, tokenMask);
  return [
    ...losses,
    { name: 'locality', value, coefficient: localityCoefficient, atBalance: null },
  ];
}
