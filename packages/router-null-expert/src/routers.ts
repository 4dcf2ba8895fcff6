import type { RouterPlugin } from '@moekit/core';

import { nullExpertRouter } from './null-expert-router.js';

/** Every router of this package: registries, documentation and tests read it. */
export const nullExpertRouters: readonly RouterPlugin[] = [nullExpertRouter];
