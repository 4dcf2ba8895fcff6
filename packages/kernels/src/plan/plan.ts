import type { Tensor1D } from '@tensorflow/tfjs-core';

/**
 * Which row of the expert-major buffer belongs to which token and expert.
 * Rows are sorted by expert, then by token (a stable counting sort of the dispatch mask), so one expert's rows are
 * contiguous and nothing is padded.
 *
 * On most backends a plan is plain numbers on the host: nothing to dispose, safe to keep on the tape. A backend that
 * must not read back (WebGPU) plans on the device instead. `table` is then set, `numRows` is a bound that the host knows
 * without reading (rows from the real S up to it are zero), and the arrays throw KERNELS_SYNC_READ.
 */
export interface DispatchPlan {
  /** T, tokens. */
  readonly numTokens: number;
  /** E, experts. */
  readonly numExperts: number;
  /** S, routed rows: the sum of the mask. On a device plan R, the most rows there can be. */
  readonly numRows: number;
  /** [S] token of each row. */
  readonly tokenIndices: Int32Array;
  /** [S] expert of each row, ascending. */
  readonly expertIndices: Int32Array;
  /** [E+1] rows of expert e are `expertOffsets[e] .. expertOffsets[e+1]`. */
  readonly expertOffsets: Int32Array;
  /** [T+1] the inverse map: rows of token t are `tokenRows[tokenOffsets[t] .. tokenOffsets[t+1]]`. */
  readonly tokenOffsets: Int32Array;
  /** [S] row numbers grouped by token, in expert order: the fixed order in which results are summed. */
  readonly tokenRows: Int32Array;
  /** Device plans: all of the above as one int32 tensor; the first number is S. The surrounding tidy owns it. */
  readonly table?: Tensor1D;
}
