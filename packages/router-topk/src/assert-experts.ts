import type { RouterSpec } from '@moekit/core';
import type { coreErrors } from '@moekit/core';
import { errorsOf } from '@moekit/core';

const fail = errorsOf<typeof coreErrors>();

/** @throws MOE_OPTIONS when a router is asked for more experts per token than the layer has */
export function assertTopK(router: string, k: number, { numExperts }: RouterSpec): void {
  if (k <= numExperts) return;
  throw fail('MOE_OPTIONS', {
    asked: `Options of router ${router} must fit a layer of ${numExperts} experts`,
    got: `k = ${k}`,
    fix: `k: expected a whole number from 1 to ${numExperts}.`,
  });
}

/** @throws MOE_SPEC when a layer has fewer than the two experts that a top-2 router chooses for each token */
export function assertTwoExperts(router: string, { numExperts }: RouterSpec): void {
  if (numExperts >= 2) return;
  throw fail('MOE_SPEC', {
    asked: `Router ${router} needs at least 2 experts`,
    got: `numExperts ${numExperts}`,
    fix: 'Give the layer more experts, or use a router with k = 1 (switch, topk).',
  });
}
