export type { ThresholdInput, ThresholdOptions } from './options.js';
export { routeLogits } from './route-logits.js';
export type { ThresholdRule } from './route-logits.js';
export * from './routers.js';
export { thresholdRouter as default } from './threshold-router.js';
