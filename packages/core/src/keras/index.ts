export { afterEachStep } from './after-each-step.js';
export type { KerasMoELayerArgs } from './args.js';
export { kerasMoELayer, registerKerasRouters } from './factory.js';
export type { KerasMoELayer } from './keras-moe-layer.js';
