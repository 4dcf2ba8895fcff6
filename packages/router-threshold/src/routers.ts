import type { RouterPlugin } from '@moekit/core';

import { dTopPRouter } from './d-top-p-router.js';
import { expertThresholdRouter } from './expert-threshold-router.js';
import { thresholdRouter } from './threshold-router.js';
import { topPRouter } from './top-p-router.js';

export type { DTopPInput, DTopPOptions } from './d-top-p-router.js';
export type { ExpertThresholdInput, ExpertThresholdOptions } from './expert-threshold-router.js';
export type { TopPInput, TopPOptions } from './top-p-router.js';

export { dTopPRouter, expertThresholdRouter, thresholdRouter, topPRouter };

/** Every router of this package: registries, documentation and tests read it. */
export const thresholdRouters: readonly RouterPlugin[] = [
  thresholdRouter,
  topPRouter,
  dTopPRouter,
  expertThresholdRouter,
];
