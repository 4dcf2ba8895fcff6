import type { TensorContainer } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';

import { assertKinds } from '../arguments/assert-kinds.js';
import type { Routing } from '../contract/routing.js';

/** `tidy` for a routing: keeps the tensors of the returned record, disposes every other one. */
export function tidyRouting(build: () => Routing): Routing {
  assertKinds('tidyRouting', { build }, { build: 'function' });
  return tidy(build as unknown as () => TensorContainer) as unknown as Routing;
}
