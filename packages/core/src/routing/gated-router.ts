import type { Tensor2D } from '@tensorflow/tfjs-core';

import { assertKinds } from '../arguments/assert-kinds.js';
import { assertSizes } from '../arguments/assert-sizes.js';
import type { RouteContext, Router, RouterSpec } from '../contract/router.js';
import type { RouterState } from '../contract/router-state.js';
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
  /** The parts that steps move, in the order of a checkpoint. Default: nothing. */
  readonly state?: readonly RouterState[];
  /** Default true: the decision for a token looks at no later token. */
  readonly causal?: boolean;
  /** See Router. Default false. */
  readonly reference?: boolean;
  readonly route: (x: Tensor2D, context: RouteContext) => Routing;
}

/** A router made of gates and parts that steps move: adds to a routing function what the contract asks for. */
export function gatedRouter(spec: RouterSpec, parts: GatedRouterParts): Router {
  assertSizes('a gated router', spec, ['numExperts']);
  const { numExperts } = spec;
  assertKinds('gatedRouter', parts, { name: 'text', gates: 'list', route: 'function' });
  const { name, expertsPerToken, gates, state = [], causal = true, reference, route } = parts;
  return {
    name,
    numExperts,
    causal,
    expertsPerToken,
    ...(reference !== undefined && { reference }),
    route: (x, context) => tidyRouting(() => route(clearPadding(x, context.tokenMask), context)),
    flopsPerToken: () => gates.reduce((flops, gate) => flops + gate.flopsPerToken(), 0),
    ...stepsOf(state),
    variables: () => [...gates, ...state].flatMap((part) => part.variables()),
    dispose: () => [...gates, ...state].forEach((part) => part.dispose()),
  };
}

/** The members that move state; absent where no part has them, so that a caller need not read a step back. */
function stepsOf(state: readonly RouterState[]): Pick<Router, 'afterStep' | 'afterMicroBatch'> {
  const moves = (how: 'afterStep' | 'afterMicroBatch') =>
    state.some((part) => part[how]) && {
      [how]: (...step: Parameters<NonNullable<Router['afterStep']>>) =>
        state.forEach((part) => part[how]?.(...step)),
    };
  return { ...moves('afterStep'), ...moves('afterMicroBatch') };
}
