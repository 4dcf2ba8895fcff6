import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** Figures per expert that a router takes from a pass and wants back as numbers after the step. */
export interface RouterStatistic {
  /** float32 [E] or [E,B], constant; padding has no part in it. E counts the router's slots, whatever they are. */
  readonly values: Tensor1D | Tensor2D;
  /** How micro-batches are joined, and hosts: added up, or averaged with their tokens as weights. */
  readonly over: 'sum' | 'mean';
}

/** By name: a step's statistics as plain numbers, row by row ([E] or [E*B]). Empty for a router that hands out none. */
export type StepStatistics = Readonly<Record<string, readonly number[]>>;
