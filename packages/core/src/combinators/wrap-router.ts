import { assertRouter } from '../contract/assert-parts.js';
import type { Router } from '../contract/router.js';
import { tidyRouting } from '../routing/tidy-routing.js';
import { clearPadding } from '../routing/token-mask.js';

/**
 * A router with another `route`, everything else its own: weights, state, `afterStep`. Asks the router member by member,
 * so that classes are wrapped as well as plain objects.
 */
export function wrapRouter(router: Router, route: Router['route']): Router {
  assertRouter('A router that is wrapped', router);
  const { name, numExperts, causal, expertsPerToken, reference } = router;
  return {
    name,
    numExperts,
    causal,
    expertsPerToken,
    ...(reference !== undefined && { reference }),
    route: (x, context) => tidyRouting(() => route(clearPadding(x, context.tokenMask), context)),
    flopsPerToken: () => router.flopsPerToken(),
    ...(router.afterStep && { afterStep: (...step) => router.afterStep?.(...step) }),
    ...(router.afterMicroBatch && {
      afterMicroBatch: (...pass) => router.afterMicroBatch?.(...pass),
    }),
    variables: () => router.variables(),
    dispose: () => router.dispose(),
  };
}
