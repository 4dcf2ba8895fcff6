export { switchRouter } from './switch-router.js';
export type { SwitchOptions } from './switch-router.js';
export { topKRouter } from './top-k-router.js';
export type { TopKOptions } from './top-k-router.js';
