import type { Gate, RouteContext, Router, RouterSpec, Routing } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import { tidyRouting } from './routing.js';

export interface GatedRouterParts {
  readonly name: string;
  readonly expertsPerToken: number;
  /** All weights of the router. */
  readonly gates: readonly Gate[];
  readonly route: (x: Tensor2D, context: RouteContext) => Routing;
}

/** A token-choice router whose only state is its gates: adds to a routing function what the contract asks for. */
export function gatedRouter(
  { numExperts }: RouterSpec,
  { name, expertsPerToken, gates, route }: GatedRouterParts,
): Router {
  return {
    name,
    numExperts,
    causal: true,
    expertsPerToken,
    route: (x, context) => tidyRouting(() => route(x, context)),
    flopsPerToken: () => gates.reduce((flops, gate) => flops + gate.flopsPerToken(), 0),
    variables: () => gates.flatMap((gate) => gate.variables()),
    dispose: () => gates.forEach((gate) => gate.dispose()),
  };
}
