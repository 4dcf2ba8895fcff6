import { serialization } from '@tensorflow/tfjs-core';

import type { RouterPlugin } from '../contract.js';
import type { MoELayerArgs } from './layer-args.js';
import { MoekitLayer } from './moekit-layer.js';
import { registerRouter } from './registered-routers.js';

/**
 * A Mixture-of-Experts layer for `tf.sequential` and `tf.model`.
 *
 *     tf.sequential({ layers: [moeLayer({ router: switchRouter, numExperts: 8, expertWidth: 64, inputShape: [32] })] })
 *
 * [B,D] or [B,L,D] in, the same shape out. The router's losses take part in `fit`; routers with state need the
 * callback `afterEachStep(model)` as well. Registers the router for `loadLayersModel`.
 * @throws MOE_PLUGIN, MOE_API_VERSION, MOE_OPTIONS, MOE_SPEC
 */
export function moeLayer<Options, Input>(args: MoELayerArgs<Options, Input>): MoekitLayer {
  const layer = new MoekitLayer(args);
  registerMoELayer([args.router]);
  return layer;
}

/**
 * Lets `tf.loadLayersModel` make MoE layers with these routers: for programs that load a model they did not build.
 * @param plugins each under its own name, the last one of a name counts
 */
export function registerMoELayer(plugins: readonly RouterPlugin[]): void {
  serialization.registerClass(MoekitLayer as never);
  plugins.forEach(registerRouter);
}
