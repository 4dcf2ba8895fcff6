export { expertCapacity } from './capacity.js';
export type { CapacityRule } from './capacity.js';
export { thresholdOptions } from './options.js';
export type { ThresholdOptions } from './options.js';
export { routeLogits } from './route-logits.js';
export type { ThresholdRule } from './route-logits.js';
export { thresholdRouter, thresholdRouter as default } from './threshold-router.js';
