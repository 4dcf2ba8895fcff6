import type { DispatchPlan } from './plan.js';

/** What a grouped linear layer does besides the product; a backend fuses what it can, with the same result. */
export interface LinearOptions {
  /** Applied to the result. Default none. */
  readonly activation?: 'relu' | undefined;
  /** x holds the tokens, float32 [T,A], and each row is gathered: `groupedLinear(dispatch(x, plan), ...)`. Default false. */
  readonly fromTokens?: boolean | undefined;
  /**
   * `f16` (webgpu only) rounds the weights to half precision for the product and for its gradient by x, and halves what
   * these read; sums, results and the weights' own gradient stay float32. Default `float32`.
   */
  readonly precision?: Precision | undefined;
}

export type Precision = 'float32' | 'f16';

/** Attributes of the kernels of a grouped product. */
export interface LinearAttributes extends LinearOptions {
  readonly plan: DispatchPlan;
  /** Multiplies by w[e] transposed. */
  readonly transposeW: boolean;
}

/** Attributes of a weight gradient. */
export interface OuterAttributes {
  readonly plan: DispatchPlan;
  /** x holds tokens rather than rows. */
  readonly fromTokens?: boolean | undefined;
}
