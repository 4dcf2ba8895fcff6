import type { coreErrors, RouterSpec } from '@moekit/core';
import { errorsOf } from '@moekit/core';

export const fail = errorsOf<typeof coreErrors>();

/** @throws MOE_OPTIONS when a router is asked for more experts per token than it can give */
export function assertChoices(router: string, k: number, most: number): void {
  if (k <= most) return;
  throw fail('MOE_OPTIONS', {
    asked: `Options of router ${router} must fit its experts`,
    got: `k = ${k}`,
    fix: `k: expected a whole number from 1 to ${most}.`,
  });
}

/** The experts of each label. @throws MOE_OPTIONS unless the experts can be shared out evenly */
export function blockSize(numLabels: number, { numExperts }: RouterSpec): number {
  if (numExperts % numLabels === 0) return numExperts / numLabels;
  throw fail('MOE_OPTIONS', {
    asked: `Router oracle gives each label as many of the ${numExperts} experts`,
    got: `numLabels = ${numLabels}`,
    fix: `numLabels: expected a whole number that divides ${numExperts}.`,
  });
}
