export { gshardRouter } from './gshard-router.js';
export type { GShardOptions } from './gshard-router.js';
export { stMoERouter } from './st-moe-router.js';
export type { StMoEOptions } from './st-moe-router.js';
export { switchRouter } from './switch-router.js';
export type { SwitchOptions } from './switch-router.js';
export { topKRouter } from './top-k-router.js';
export type { TopKOptions } from './top-k-router.js';
