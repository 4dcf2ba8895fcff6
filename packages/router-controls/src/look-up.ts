import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { cast, equal, expandDims, gather, range, sum } from '@tensorflow/tfjs-core';

/** Rows of k different experts each. */
export interface ExpertTable {
  /** int32 [R,k] */
  readonly experts: Tensor2D;
  readonly numExperts: number;
}

/**
 * The selection that a table makes. A comparison replaces tfjs's oneHot, which mistakes dtypes on wasm.
 * @param rows int32 [T], the row of the table that each token takes
 * @returns float32 [T,E] of 0/1 with k ones in a row, a constant
 */
export function lookUp({ experts, numExperts }: ExpertTable, rows: Tensor1D): Tensor2D {
  const chosen = expandDims(gather(experts, rows), 1); // [T,1,k]
  const hits = equal(chosen, expandDims(range(0, numExperts, 1, 'int32'), 1)); // [T,E,k]
  // over the last axis: tfjs's WebGPU transposes what was a boolean wrongly
  return sum(cast(hits, 'float32'), 2); // [T,E]
}
