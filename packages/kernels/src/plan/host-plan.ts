import type { DispatchPlan } from './plan.js';

/**
 * A plan whose arrays are known to fit: `planRows` makes it, or `assertPlan` looks at every index. Kernels index
 * memory by these arrays, so an unknown plan is checked before anything is read or written.
 */
export class HostPlan implements DispatchPlan {
  readonly numTokens: number;
  readonly numExperts: number;
  readonly numRows: number;
  readonly tokenIndices: Int32Array;
  readonly expertIndices: Int32Array;
  readonly expertOffsets: Int32Array;
  readonly tokenOffsets: Int32Array;
  readonly tokenRows: Int32Array;

  constructor(parts: Omit<DispatchPlan, 'table'>) {
    this.numTokens = parts.numTokens;
    this.numExperts = parts.numExperts;
    this.numRows = parts.numRows;
    this.tokenIndices = parts.tokenIndices;
    this.expertIndices = parts.expertIndices;
    this.expertOffsets = parts.expertOffsets;
    this.tokenOffsets = parts.tokenOffsets;
    this.tokenRows = parts.tokenRows;
  }
}
