export { blockFfnRouter } from './block-ffn-router.js';
export type { BlockFfnInput, BlockFfnOptions } from './block-ffn-router.js';
export { openGates } from './open-gates.js';
export type { OpenGates, OpenGatesRule } from './open-gates.js';
export { remoeRouter } from './remoe-router.js';
export type { ReMoEInput, ReMoEOptions } from './remoe-router.js';
export { reluRouters } from './routers.js';
