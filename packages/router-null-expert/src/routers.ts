import type { RouterPlugin } from '@moekit/core';

import { adaMoERouter } from './ada-moe-router.js';
import { longcatRouter } from './longcat-router.js';
import { moePlusPlusRouter } from './moe-plus-plus-router.js';
import { nullExpertRouter } from './null-expert-router.js';

/** Every router of this package: registries, documentation and tests read it. */
export const nullExpertRouters: readonly RouterPlugin[] = [
  nullExpertRouter,
  longcatRouter,
  adaMoERouter,
  moePlusPlusRouter,
];
