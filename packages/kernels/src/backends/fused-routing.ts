import * as tensorflow from '#tensorflow';

import type { RoutingOperations } from '../kernel/routing-operations.js';

/** Losses and statistics of a routing in one operation each; TensorFlow alone has them. */
export const fusedRouting: RoutingOperations = tensorflow.fusedRouting;
