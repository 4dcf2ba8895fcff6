import type { RouterPlugin } from '@moekit/core';

import { gshardRouter } from './gshard-router.js';
import { gumbelTopKRouter } from './gumbel-top-k-router.js';
import { noisyTopKRouter } from './noisy-top-k-router.js';
import { stMoERouter } from './st-moe-router.js';
import { switchRouter } from './switch-router.js';
import { topKRouter } from './top-k-router.js';

export type { GShardInput, GShardOptions } from './gshard-router.js';
export type { GumbelTopKInput, GumbelTopKOptions } from './gumbel-top-k-router.js';
export type { NoisyTopKInput, NoisyTopKOptions } from './noisy-top-k-router.js';
export type { StMoEInput, StMoEOptions } from './st-moe-router.js';
export type { SwitchInput, SwitchOptions } from './switch-router.js';
export type { TopKInput, TopKOptions } from './top-k-router.js';

export { gshardRouter, gumbelTopKRouter, noisyTopKRouter, stMoERouter, switchRouter, topKRouter };

/** Every router of this package: registries, documentation and tests read it. */
export const topKRouters: readonly RouterPlugin[] = [
  switchRouter,
  topKRouter,
  gshardRouter,
  noisyTopKRouter,
  gumbelTopKRouter,
  stMoERouter,
];
