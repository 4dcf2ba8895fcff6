export { afterEachStep, moeLayersOf } from './after-each-step.js';
export type { MoELayerArgs } from './layer-args.js';
export { moeLayer, registerMoELayer } from './moe-layer.js';
export { MoekitLayer } from './moekit-layer.js';
