import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { abs, expandDims, gather, range, relu, sub, sum } from '@tensorflow/tfjs-core';

/** Rows of k different experts each. */
export interface ExpertTable {
  /** float32 [R,k], whole numbers */
  readonly experts: Tensor2D;
  readonly numExperts: number;
}

/**
 * The selection that a table makes. Distances replace tfjs's oneHot, which mistakes dtypes on wasm, and comparisons of unlike
 * shapes, which take a hundred times as long there.
 * Formula:  m_te = sum_i relu(1 - |e - table_ri|),  r the row of t
 * @param rows int32 [T], the row of the table that each token takes
 * @returns float32 [T,E] of 0/1 with k ones in a row, a constant
 */
export function lookUp({ experts, numExperts }: ExpertTable, rows: Tensor1D): Tensor2D {
  const chosen = expandDims(gather(experts, rows), 1); // [T,1,k]
  const distance = abs(sub(chosen, expandDims(range(0, numExperts, 1), 1))); // [T,E,k]
  return sum(relu(sub(1, distance)), 2); // [T,E]
}
