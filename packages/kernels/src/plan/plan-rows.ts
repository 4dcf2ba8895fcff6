import { HostPlan } from './host-plan.js';
import { fail } from '../errors/codes.js';
import type { DispatchPlan } from './plan.js';

/** Stable counting sort of a dispatch mask: one pass to count, one to place. */
export function planRows(mask: Float32Array, numTokens: number, numExperts: number): DispatchPlan {
  const expertOffsets = new Int32Array(numExperts + 1);
  const tokenOffsets = new Int32Array(numTokens + 1);
  for (let t = 0, i = 0; t < numTokens; t++) {
    for (let e = 0; e < numExperts; e++, i++) {
      if (mask[i] === 0) continue;
      if (mask[i] !== 1) throwNotBinary(mask[i]!, t, e);
      expertOffsets[e + 1]!++;
      tokenOffsets[t + 1]!++;
    }
  }
  for (let e = 0; e < numExperts; e++) expertOffsets[e + 1]! += expertOffsets[e]!;
  for (let t = 0; t < numTokens; t++) tokenOffsets[t + 1]! += tokenOffsets[t]!;

  const numRows = expertOffsets[numExperts]!;
  const [tokenIndices, expertIndices] = [new Int32Array(numRows), new Int32Array(numRows)];
  const tokenRows = new Int32Array(numRows);
  const next = expertOffsets.slice();
  for (let t = 0, i = 0, slot = 0; t < numTokens; t++) {
    for (let e = 0; e < numExperts; e++, i++) {
      if (mask[i] === 0) continue;
      const row = next[e]!++;
      tokenIndices[row] = t;
      expertIndices[row] = e;
      tokenRows[slot++] = row;
    }
  }
  return new HostPlan({
    numTokens,
    numExperts,
    numRows,
    tokenIndices,
    expertIndices,
    expertOffsets,
    tokenOffsets,
    tokenRows,
  });
}

function throwNotBinary(value: number, token: number, expert: number): never {
  throw fail('KERNELS_MASK', {
    asked: 'A dispatch mask must hold only 0 and 1',
    got: `${value} for token ${token} and expert ${expert}`,
    fix: 'Build the mask with a selection function; weights belong in combineWeights.',
  });
}
