export { expertCapacity } from '@moekit/core';
export type { CapacityRule } from '@moekit/core';
export { thresholdOptions } from './options.js';
export type { ThresholdInput, ThresholdOptions } from './options.js';
export { routeLogits } from './route-logits.js';
export type { ThresholdRule } from './route-logits.js';
export { thresholdRouter, thresholdRouter as default } from './threshold-router.js';
