import { groupedLinear } from './grouped-linear.js';
import {
  combine,
  densePlan,
  dispatch,
  dispatchPlan,
  expertRows,
  groupedMatMul,
} from './operations.js';

/** The kernels that a layer and its experts call; an application may bind its own. */
export interface Kernels {
  readonly dispatchPlan: typeof dispatchPlan;
  readonly densePlan: typeof densePlan;
  readonly dispatch: typeof dispatch;
  readonly groupedMatMul: typeof groupedMatMul;
  readonly groupedLinear: typeof groupedLinear;
  readonly expertRows: typeof expertRows;
  readonly combine: typeof combine;
}

/** The kernels of this package, on whatever backend is current. */
export const defaultKernels: Kernels = {
  dispatchPlan,
  densePlan,
  dispatch,
  groupedMatMul,
  groupedLinear,
  expertRows,
  combine,
};
