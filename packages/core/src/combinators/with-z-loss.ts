import { assertNumber } from '../arguments/assert-arguments.js';
import type { Router } from '../contract/router.js';
import { zLosses } from '../losses/router-losses.js';
import { wrapRouter } from './wrap-router.js';

/**
 * A router with the z-loss (2202.08906 eq. 5) of its logits among its losses.
 * @param coefficient 0 is the router itself      Gradient: through the routing's logits.
 */
export function withZLoss(router: Router, coefficient: number): Router {
  assertNumber('The coefficient of withZLoss', coefficient, { min: 0 });
  if (coefficient === 0) return router;
  return wrapRouter(router, (x, context) => {
    const routing = router.route(x, context);
    const added = zLosses(routing.logits, coefficient, context.tokenMask);
    return { ...routing, losses: [...routing.losses, ...added] };
  });
}
