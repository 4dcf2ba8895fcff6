export { afterEachStep } from './after-each-step.js';
export type { MoELayerArgs } from './layer-args.js';
export { moeLayer, registerMoELayer } from './moe-layer.js';
export type { MoekitLayer } from './moekit-layer.js';
