import type { Precision } from './linear.js';
import type { DispatchPlan } from './plan.js';
import type { Estimate, ProductShape } from './tensorflow/choose-product.js';

/** How a backend computes one product of a plan, and why. */
export interface Explanation {
  readonly algorithm: string;
  readonly reason: string;
  /** Every algorithm that was weighed, the chosen one first; empty where there is only one. */
  readonly considered: readonly Estimate[];
}

/** Explains a product on the current backend. Computes nothing. */
export type Explain = (
  plan: DispatchPlan,
  shape: Omit<ProductShape, 'rowsPerExpert'>,
  precision: Precision | undefined,
) => Explanation;

/** Of a backend with one way to compute. */
export function oneWay(algorithm: string, reason: string): Explanation {
  return { algorithm, reason, considered: [] };
}
