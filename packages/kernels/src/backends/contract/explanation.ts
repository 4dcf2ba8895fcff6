import type { Precision } from '../../kernel/linear.js';
import type { DispatchPlan } from '../../plan/plan.js';

/** One product per expert, one batched product of all, or one per class of experts with similar loads. */
export type Algorithm = 'per-expert' | 'batched' | 'size-classes';

/** Experts that are multiplied as one batch, each padded to the rows of the fullest among them. */
export interface SizeClass {
  readonly experts: readonly number[];
  /** Rows of the fullest. */
  readonly capacity: number;
}

/** `rows`: [S,A] x [E,A,B] -> [S,B]; `outer`: [S,A] x [S,B] -> [E,A,B]. */
export interface ProductShape {
  readonly kind: 'rows' | 'outer';
  readonly rowsPerExpert: readonly number[];
  readonly inner: number;
  readonly outer: number;
}

export interface Estimate {
  readonly algorithm: Algorithm;
  readonly seconds: number;
  /** Added rows over routed rows. */
  readonly waste: number;
  readonly launches: number;
  /** How the experts are batched; empty for one product each. */
  readonly classes: readonly SizeClass[];
}

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
