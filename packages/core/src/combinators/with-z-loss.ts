import { assertNumber } from '../assert-arguments.js';
import type { Router, RouterLoss } from '../contract.js';
import { zLoss } from '../losses/z-loss.js';
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
    const value = zLoss(routing.logits, context.tokenMask);
    const loss: RouterLoss = { name: 'z-loss', value, coefficient, atBalance: null };
    return { ...routing, losses: [...routing.losses, loss] };
  });
}
