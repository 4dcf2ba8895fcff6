import type { RouterPlugin } from '@moekit/core';

import { thresholdRouter } from './threshold-router.js';

/** Every router of this package: registries, documentation and tests read it. */
export const thresholdRouters: readonly RouterPlugin[] = [thresholdRouter];
