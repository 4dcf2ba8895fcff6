import type { Tensor2D } from '@tensorflow/tfjs-core';

import { assertKinds } from '../arguments/assert-kinds.js';
import { assertSizes } from '../arguments/assert-sizes.js';
import type { RouteContext, Router, RouterSpec } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import type { Gate } from './gate.js';
import { tidyRouting } from './tidy-routing.js';
import { clearPadding } from './token-mask.js';

export interface GatedRouterParts {
  readonly name: string;
  /** Real experts per token that it aims at; null when it does not say. */
  readonly expertsPerToken: number | null;
  /** All weights of the router. */
  readonly gates: readonly Gate[];
  /** Default true: the decision for a token looks at no later token. */
  readonly causal?: boolean;
  readonly route: (x: Tensor2D, context: RouteContext) => Routing;
}

/** A router whose only state is its gates: adds to a routing function what the contract asks for. */
export function gatedRouter(spec: RouterSpec, parts: GatedRouterParts): Router {
  assertSizes('a gated router', spec, ['numExperts']);
  const { numExperts } = spec;
  assertKinds('gatedRouter', parts, { name: 'text', gates: 'list', route: 'function' });
  const { name, expertsPerToken, gates, causal = true, route } = parts;
  return {
    name,
    numExperts,
    causal,
    expertsPerToken,
    route: (x, context) => tidyRouting(() => route(clearPadding(x, context.tokenMask), context)),
    flopsPerToken: () => gates.reduce((flops, gate) => flops + gate.flopsPerToken(), 0),
    variables: () => gates.flatMap((gate) => gate.variables()),
    dispose: () => gates.forEach((gate) => gate.dispose()),
  };
}
