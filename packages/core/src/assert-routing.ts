import type { Tensor } from '@tensorflow/tfjs-core';

import type { Router, Routing } from './contract.js';
import { fail } from './errors.js';

/** @throws MOE_ROUTING naming the router and the member when a routing has missing or misshapen tensors */
export function assertRouting(
  routing: Routing,
  router: Pick<Router, 'name' | 'numExperts'>,
  numTokens: number,
): void {
  const pairs = [numTokens, router.numExperts];
  const wrong = [
    misfit('combineWeights', routing?.combineWeights, pairs),
    misfit('dispatchMask', routing?.dispatchMask, pairs),
    misfit('logits', routing?.logits, pairs),
    misfit('probs', routing?.probs, pairs),
    routing?.selectionMask && misfit('selectionMask', routing.selectionMask, pairs),
    routing?.zeroCompute && misfit('zeroCompute.mass', routing.zeroCompute.mass, [numTokens]),
    routing?.zeroCompute && misfit('zeroCompute.slots', routing.zeroCompute.slots, [numTokens]),
    routing?.zeroCompute?.copyWeight &&
      misfit('zeroCompute.copyWeight', routing.zeroCompute.copyWeight, [numTokens]),
    Array.isArray(routing?.losses) ? undefined : 'losses: not an array',
  ].find((problem) => problem !== undefined);
  if (wrong === undefined) return;
  throw fail('MOE_ROUTING', {
    asked: `Router ${router.name} must return a routing of ${numTokens} tokens and ${router.numExperts} experts`,
    got: wrong,
    fix: 'See the Routing type for the shape of each member.',
  });
}

function misfit(member: string, value: Tensor | undefined, shape: number[]): string | undefined {
  const got = value?.shape?.join(', ');
  if (value?.dtype === 'float32' && got === shape.join(', ')) return undefined;
  return got === undefined
    ? `${member}: missing`
    : `${member}: ${value?.dtype} [${got}] instead of float32 [${shape.join(', ')}]`;
}
