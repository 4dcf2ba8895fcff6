import type { serialization } from '@tensorflow/tfjs-core';

import type { KerasMoELayerArgs } from './args.js';
import { fromConfigText, toConfigText } from './config-text.js';
import { registeredRouter } from './registered-routers.js';

/** The arguments of a layer and its count of passes, as a saved model holds them. */
export function toConfig({
  router,
  routerOptions,
  numExperts,
  expertWidth,
  activation = 'relu',
  sharedExpertWidth,
  seed,
  passes,
}: KerasMoELayerArgs & {
  readonly seed: number;
  readonly passes: number;
}): serialization.ConfigDict {
  return {
    router: toConfigText(router.name),
    routerOptions: toConfigText(routerOptions),
    numExperts,
    expertWidth,
    activation,
    sharedExpertWidth: sharedExpertWidth ?? null,
    seed,
    passes,
  };
}

/**
 * Arguments from a saved model.
 * @throws MOE_ROUTER_UNREGISTERED when the program did not register the router that the config names
 */
export function fromConfig({
  router,
  routerOptions,
  sharedExpertWidth,
  passes,
  batchInputShape,
  ...args
}: serialization.ConfigDict) {
  const options = fromConfigText(String(routerOptions));
  const shape = batchInputShape as readonly (number | null)[] | undefined;
  return {
    ...args,
    passes,
    router: registeredRouter(String(fromConfigText(String(router)))),
    ...(options !== null && { routerOptions: options }),
    ...(sharedExpertWidth !== null && { sharedExpertWidth }),
    ...(shape && { inputShape: shape.slice(1) }),
  };
}
