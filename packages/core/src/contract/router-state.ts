import type { Variable } from '@tensorflow/tfjs-core';

import type { RoutingStats } from './routing-stats.js';
import type { StepStatistics } from './statistics.js';

/** A part of a router that steps move: a selection bias, a controller, the loads of recent steps. */
export interface RouterState {
  /** With `trainable: false`, always in one order. */
  variables(): readonly Variable[];
  /** See Router. */
  afterStep?(stats: RoutingStats, statistics: StepStatistics): void;
  /** See Router. */
  afterMicroBatch?(stats: RoutingStats, statistics: StepStatistics): void;
  dispose(): void;
}
