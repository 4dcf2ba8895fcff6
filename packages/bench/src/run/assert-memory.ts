import { totalmem } from 'node:os';

import type { LeastWeights } from '@moekit/models';

import { fail } from '../errors.js';

/** Bytes of a float32. */
const FLOAT = 4;

/** Of each weight in training: itself, its gradient and the two moments of AdamW. */
const COPIES = 4;

/**
 * Refuses sizes that cannot be trained here, before anything of them is made.
 * @param weights a lower bound; undefined for a task that knows none      @throws BENCH_MEMORY
 */
export function assertMemory(weights: LeastWeights | undefined, memory = totalmem()): void {
  if (weights === undefined || weights.elements * FLOAT * COPIES <= memory) return;
  throw fail('BENCH_MEMORY', {
    asked: `A model of ${inBillions(weights.elements)} weights takes ${inGiB(weights.elements * FLOAT * COPIES)} to train, with its gradients and the moments of AdamW`,
    got: `a machine with ${inGiB(memory)}`,
    fix: 'Lower model.modelWidth, model.numLayers or expertParameters.',
  });
}

const inBillions = (count: number) =>
  count >= 1e9 ? `${Math.round(count / 1e9)} billion` : String(count);
const inGiB = (bytes: number) => `${Math.ceil(bytes / 2 ** 30)} GiB`;
