export type { RouterCheckName } from './checks/table.js';
export type { Matrix, NaiveExpert, Vector } from './naive-expert.js';
export { naiveLayer, naiveLayerGradients } from './naive-layer.js';
export type { NaiveDecision, NaiveGradients, NaiveLayer } from './naive-layer.js';
export { testRouter } from './test-router.js';
export type { RouterTestSettings } from './test-router.js';
export { useBackend } from './use-backend.js';
export { useWebGpu } from '@moekit/kernels/testing';
