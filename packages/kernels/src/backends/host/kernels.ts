import { groupedMatMulKernel, groupedOuterKernel } from './grouped-matmul.js';
import type { HostKernel } from '../contract/host-kernel.js';
import {
  dispatchKernel,
  expertRowsKernel,
  expertSumKernel,
  reduceKernel,
  rowWeightsKernel,
  scatterWeightsKernel,
} from './rows.js';
import { limitCapacityKernel, selectThresholdKernel, selectTopKKernel } from './selection.js';

/** Decisions: read logits, write a mask. */
export const selectionKernels: readonly HostKernel[] = [
  selectTopKKernel,
  selectThresholdKernel,
  limitCapacityKernel,
];

/** Moves of rows between token order and expert order. */
export const rowKernels: readonly HostKernel[] = [
  dispatchKernel,
  reduceKernel,
  expertRowsKernel,
  expertSumKernel,
  rowWeightsKernel,
  scatterWeightsKernel,
];

/** The products. */
export const productKernels: readonly HostKernel[] = [groupedMatMulKernel, groupedOuterKernel];
