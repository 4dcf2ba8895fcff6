import type { Kernels } from '@moekit/kernels';

import type { Experts } from '../contract/experts.js';
import type { Rng } from '../contract/rng.js';
import type { Router } from '../contract/router.js';
import { createToken } from './token.js';

/** The parts of an MoE layer, and the random numbers of its steps. */
export const tokens = {
  router: createToken<Router>('@moekit/core/router'),
  experts: createToken<Experts>('@moekit/core/experts'),
  /** Unbound, or undefined, unless the layer has such an expert. */
  sharedExpert: createToken<Experts | undefined>('@moekit/core/shared-expert'),
  /** moekit's own unless it is bound. */
  kernels: createToken<Kernels>('@moekit/core/kernels'),
  rng: createToken<Rng>('@moekit/core/rng'),
} as const;
