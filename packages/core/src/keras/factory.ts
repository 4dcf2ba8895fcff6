import { serialization } from '@tensorflow/tfjs-core';

import { assertKinds } from '../arguments/assert-kinds.js';
import type { RouterPlugin } from '../contract/plugin.js';
import type { KerasMoELayerArgs } from './args.js';
import { KerasMoELayer } from './keras-moe-layer.js';
import { registerRouter } from './registered-routers.js';

/**
 * A Mixture-of-Experts layer for `tf.sequential` and `tf.model`.
 *
 *     tf.sequential({ layers: [kerasMoELayer({ router: switchRouter, numExperts: 8, expertWidth: 64, inputShape: [32] })] })
 *
 * [B,D] or [B,L,D] in, the same shape out. The router's losses take part in `fit`; routers with state need the
 * callback `afterEachStep(model)` as well. Registers the router for `loadLayersModel`.
 * @throws MOE_PLUGIN, MOE_API_VERSION, MOE_OPTIONS, MOE_SPEC
 */
export function kerasMoELayer<Options, Input>(
  args: KerasMoELayerArgs<Options, Input>,
): KerasMoELayer {
  const layer = new KerasMoELayer(args);
  registerKerasRouters([args.router]);
  return layer;
}

/**
 * Lets `tf.loadLayersModel` make MoE layers with these routers: for programs that load a model they did not build.
 * @param plugins each under its own name, the last one of a name counts
 */
export function registerKerasRouters(plugins: readonly RouterPlugin[]): void {
  assertKinds('registerKerasRouters', { plugins }, { plugins: 'list' });
  serialization.registerClass(KerasMoELayer as never);
  plugins.forEach(registerRouter);
}
