import type { DispatchPlan } from '../../plan/plan.js';
import type { HostKernel } from '../contract/host-kernel.js';

/** out[s] = x[token(s)]: [T,D] -> [S,D]. */
export const dispatchKernel: HostKernel<'MoeDispatch'> = {
  kernelName: 'MoeDispatch',
  outputShapes: ({ x }, { plan }) => [[plan.numRows, x[1]!]],
  compute: ([out], { x }, { plan }, shapes) => gatherRows(out, x, plan.tokenIndices, shapes.x[1]!),
};

/** out[t] = sum of y[s] over the rows s of token t, in expert order: [S,D] -> [T,D]. */
export const reduceKernel: HostKernel<'MoeReduce'> = {
  kernelName: 'MoeReduce',
  outputShapes: ({ y }, { plan }) => [[plan.numTokens, y[1]!]],
  compute: ([out], { y }, { plan }, shapes) => {
    const width = shapes.y[1]!;
    out.fill(0);
    for (let t = 0; t < plan.numTokens; t++) {
      for (let i = plan.tokenOffsets[t]!; i < plan.tokenOffsets[t + 1]!; i++) {
        addRow(out, t * width, y, plan.tokenRows[i]! * width, width);
      }
    }
  },
};

/** out[s] = bias[expert(s)]: [E,F] -> [S,F]. */
export const expertRowsKernel: HostKernel<'MoeExpertRows'> = {
  kernelName: 'MoeExpertRows',
  outputShapes: ({ bias }, { plan }) => [[plan.numRows, bias[1]!]],
  compute: ([out], { bias }, { plan }, shapes) =>
    gatherRows(out, bias, plan.expertIndices, shapes.bias[1]!),
};

/** out[e] = sum of y[s] over the rows s of expert e, in token order: [S,F] -> [E,F]. */
export const expertSumKernel: HostKernel<'MoeExpertSum'> = {
  kernelName: 'MoeExpertSum',
  outputShapes: ({ y }, { plan }) => [[plan.numExperts, y[1]!]],
  compute: ([out], { y }, { plan }, shapes) => {
    const width = shapes.y[1]!;
    out.fill(0);
    for (let s = 0; s < plan.numRows; s++) {
      addRow(out, plan.expertIndices[s]! * width, y, s * width, width);
    }
  },
};

/** out[s] = weights[token(s), expert(s)]: [T,E] -> [S,1]. */
export const rowWeightsKernel: HostKernel<'MoeRowWeights'> = {
  kernelName: 'MoeRowWeights',
  outputShapes: (_inputs, { plan }) => [[plan.numRows, 1]],
  compute: ([out], { weights }, { plan }) => {
    for (let s = 0; s < plan.numRows; s++) out[s] = weights[pairOf(plan, s)]!;
  },
};

/** out[token(s), expert(s)] = rows[s], 0 elsewhere: [S,1] -> [T,E]. */
export const scatterWeightsKernel: HostKernel<'MoeScatterWeights'> = {
  kernelName: 'MoeScatterWeights',
  outputShapes: (_inputs, { plan }) => [[plan.numTokens, plan.numExperts]],
  compute: ([out], { rows }, { plan }) => {
    out.fill(0);
    for (let s = 0; s < plan.numRows; s++) out[pairOf(plan, s)] = rows[s]!;
  },
};

function pairOf(plan: DispatchPlan, row: number): number {
  return plan.tokenIndices[row]! * plan.numExperts + plan.expertIndices[row]!;
}

function gatherRows(out: Float32Array, x: Float32Array, indices: Int32Array, width: number): void {
  for (let s = 0; s < indices.length; s++) {
    const from = indices[s]! * width;
    out.set(x.subarray(from, from + width), s * width);
  }
}

function addRow(out: Float32Array, to: number, y: Float32Array, from: number, width: number): void {
  for (let d = 0; d < width; d++) out[to + d]! += y[from + d]!;
}
