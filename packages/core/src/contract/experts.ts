import type { DispatchPlan } from '@moekit/kernels';
import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';

/** The family of a layer's E experts, its weights stored stacked ([E,D,F] ...). */
export interface Experts {
  readonly numExperts: number;
  /** D; where it is given, a layer holds its tokens against it. */
  readonly modelWidth?: number;
  /**
   * Computes each row by the expert the plan gives it.
   * @param x float32 [S,D], rows in plan order      @returns float32 [S,D]
   */
  apply(x: Tensor2D, plan: DispatchPlan): Tensor2D;
  /**
   * `apply(dispatch(x, plan), plan)` for experts that can leave the gathering of rows to their first product; a layer
   * calls it instead where it is there.
   * @param x float32 [T,D], the tokens      @returns float32 [S,D], rows in plan order
   */
  applyToTokens?(x: Tensor2D, plan: DispatchPlan): Tensor2D;
  /** Forward FLOPs of computing one row. */
  flopsPerRow(): number;
  variables(): readonly Variable[];
  dispose(): void;
}
