import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul } from '@tensorflow/tfjs-core';

import { assertNumber } from '../arguments/assert-arguments.js';
import type { RouteContext, Router } from '../contract/router.js';
import { uniformNoise } from '../contract/noise.js';
import { wrapRouter } from './wrap-router.js';

/**
 * Multiplicative noise on what a router sees (2101.03961 section 2.4); the experts see the tokens as they are.
 * Formula:  x' = x * U(1 - eps, 1 + eps), each element for itself, in training only
 * @param amount eps; 0 is the router itself      Gradient: through x.
 */
export function withJitter(router: Router, amount: number): Router {
  assertNumber('The amount of withJitter', amount, { min: 0, max: 1 });
  if (amount === 0) return router;
  return wrapRouter(router, (x, context) => router.route(jitter(x, amount, context), context));
}

function jitter(x: Tensor2D, amount: number, { training, rng }: RouteContext): Tensor2D {
  if (!training) return x;
  return mul(x, uniformNoise(rng.fork('jitter'), x.shape, 1 - amount, 1 + amount));
}
