import type { DispatchPlan } from '../plan/plan.js';

/** The steps of a grouped linear layer besides the product; a backend fuses those it can, with the same result. */
export interface LinearOptions {
  /** Applied to the result. Default none. */
  readonly activation?: 'relu' | undefined;
  /** x holds the tokens, float32 [T,A], and each row is gathered: `groupedLinear(dispatch(x, plan), ...)`. Default false. */
  readonly fromTokens?: boolean | undefined;
  /** See `Precision`. Default `float32`. */
  readonly precision?: Precision | undefined;
}

/**
 * The precision of a product and of its gradient by x; results and the weights' own gradient are float32 in any case.
 * - `f16` (webgpu) rounds the weights to half precision and halves what is read of them; sums are float32.
 * - `bf16` (tensorflow) rounds rows, weights and the product to bfloat16, which keeps 8 bits: TensorFlow's own products,
 *   on the units that processors and GPUs have for it. Bias and activation are float32.
 */
export type Precision = 'float32' | 'f16' | 'bf16';

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
