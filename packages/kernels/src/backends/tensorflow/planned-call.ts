import type { DispatchPlan } from '../../plan/plan.js';
import type { PlanIndices } from './plan-indices.js';
import type { RawScope } from './raw.js';

/** The arguments of a kernel over planned rows. */
export interface PlannedCall {
  readonly scope: RawScope;
  readonly plan: DispatchPlan;
  readonly indices: PlanIndices;
  /** Whether moekit's own operations compute; else the call is composed of TensorFlow's. */
  readonly native: boolean;
}
