import type { RouterPlugin } from '@moekit/core';

import { blockFfnRouter } from './block-ffn-router.js';
import { remoeRouter } from './remoe-router.js';

/** Every router of this package: registries, documentation and tests read it. */
export const reluRouters: readonly RouterPlugin[] = [remoeRouter, blockFfnRouter];
