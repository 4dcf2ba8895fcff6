import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { concat, matMul, reshape, slice, stack, tidy, zeros } from '@tensorflow/tfjs-core';

import type { DispatchPlan } from '../../plan/plan.js';

/** One product per expert that has rows, on slices; the results laid end to end. [S,A] x [E,A,B] -> [S,B] */
export function groupedMatMulComposed(
  x: Tensor2D,
  w: Tensor,
  { plan, transposeW }: { plan: DispatchPlan; transposeW: boolean },
): Tensor {
  const [, a, b] = w.shape as [number, number, number];
  const parts = expertSlices(plan).map(({ expert, first, rows }) =>
    matMul(
      slice(x, [first, 0], [rows, -1]),
      reshape(slice(w, [expert, 0, 0], [1, a, b]), [a, b]),
      false,
      transposeW,
    ),
  );
  return parts.length > 0 ? concat(parts, 0) : zeros([0, transposeW ? a : b]);
}

/** One product per expert that has rows, zeros for the others. [S,A] x [S,B] -> [E,A,B] */
export function groupedOuterComposed(x: Tensor2D, y: Tensor2D, plan: DispatchPlan): Tensor {
  return tidy(() => {
    const none = zeros([x.shape[1], y.shape[1]]);
    const parts = Array.from({ length: plan.numExperts }, () => none);
    for (const { expert, first, rows } of expertSlices(plan)) {
      const [left, right] = [slice(x, [first, 0], [rows, -1]), slice(y, [first, 0], [rows, -1])];
      parts[expert] = matMul(left, right, true, false);
    }
    return stack(parts);
  });
}

/** The contiguous rows of each expert that has any. */
export function expertSlices(plan: DispatchPlan) {
  return Array.from({ length: plan.numExperts }, (_, expert) => ({
    expert,
    first: plan.expertOffsets[expert]!,
    rows: plan.expertOffsets[expert + 1]! - plan.expertOffsets[expert]!,
  })).filter(({ rows }) => rows > 0);
}
