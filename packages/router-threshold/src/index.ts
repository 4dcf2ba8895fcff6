export type { ThresholdInput, ThresholdOptions } from './options.js';
export { routeLogits } from './route-logits.js';
export type { ThresholdRule } from './route-logits.js';
export { thresholdRouters } from './routers.js';
export { thresholdRouter, thresholdRouter as default } from './threshold-router.js';
