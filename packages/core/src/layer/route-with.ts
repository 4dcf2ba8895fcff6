import { isMoekitError } from '@moekit/kernels';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import { assertTensor } from '../arguments/assert-arguments.js';
import { assertContext } from './assert-context.js';
import { assertRouting } from './assert-routing.js';
import type { RouteContext, Router } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import { fail } from '../errors.js';
import { assertRouter } from '../contract/assert-parts.js';
import { guide } from '../contract/guide.js';
import { clearPadding } from '../routing/token-mask.js';

/**
 * Asks a router for its decision and holds the answer against the contract's shapes.
 * @throws MOE_SHAPE, MOE_CONTEXT when the caller is wrong, MOE_ROUTE when the router throws an error of its own, MOE_ROUTING when the routing is misshapen; coded errors
 *   of the router come through as they are
 */
export function routeWith(router: Router, x: Tensor2D, context: RouteContext): Routing {
  let routing: Routing;
  assertRouter('routeWith', router);
  assertTensor('x of a router', x, ['T', 'D']);
  assertContext(context, x.shape[0], router.numExperts);
  const tokens = clearPadding(x, context.tokenMask);
  try {
    routing = router.route(tokens, context);
  } catch (cause) {
    if (isMoekitError(cause)) throw cause;
    if (router.variables().some(({ isDisposed }) => isDisposed)) throw disposed(router, cause);
    throw fail('MOE_ROUTE', {
      asked: `Router ${router.name} threw an error in route: ${cause instanceof Error ? cause.message : String(cause)}`,
      fix: guide('the-routing'),
      cause,
    });
  }
  assertRouting(routing, router, x.shape[0], x.shape[1]);
  return routing;
}

function disposed({ name }: Router, cause: unknown) {
  return fail('MOE_ROUTE', {
    asked: `Router ${name} was called after its weights were disposed`,
    fix: 'Keep the layer until its last call, and create it outside tf.tidy.',
    cause,
  });
}
