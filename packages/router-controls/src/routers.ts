import type { RouterPlugin } from '@moekit/core';

import { frozenRandomRouter } from './frozen-random-router.js';
import { hashRouter } from './hash-router.js';
import { oracleRouter } from './oracle-router.js';
import { uniformRouter } from './uniform-router.js';

/** Every router of this package: registries, documentation and tests read it. */
export const controlRouters: readonly RouterPlugin[] = [
  uniformRouter,
  hashRouter,
  frozenRandomRouter,
  oracleRouter,
];
