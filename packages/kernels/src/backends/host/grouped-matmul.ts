import type { HostKernel } from '../contract/host-kernel.js';

/** out[s] = x[s] w[expert(s)]: [S,A] x [E,A,B] -> [S,B], or with w[e] transposed: [S,B] x [E,A,B] -> [S,A]. */
export const groupedMatMulKernel: HostKernel<'MoeGroupedMatMul'> = {
  kernelName: 'MoeGroupedMatMul',
  outputShapes: ({ w }, { plan, transposeW }) => [[plan.numRows, w[transposeW ? 1 : 2]!]],
  compute: ([out], { x, w }, { plan, transposeW }, shapes) => {
    const [, a, b] = shapes.w as [number, number, number];
    const [inner, outer] = transposeW ? [b, a] : [a, b];
    const [strideInner, strideOuter] = transposeW ? [1, b] : [b, 1];
    out.fill(0);
    for (let s = 0; s < plan.numRows; s++) {
      const weights = plan.expertIndices[s]! * a * b;
      for (let i = 0; i < inner; i++) {
        const scale = x[s * inner + i]!;
        const from = weights + i * strideInner;
        for (let o = 0; o < outer; o++) {
          out[s * outer + o]! += scale * w[from + o * strideOuter]!;
        }
      }
    }
  },
};

/** out[e] = sum over the rows s of expert e of x[s]^T y[s]: [S,A] x [S,B] -> [E,A,B]; 0 for an expert without rows. */
export const groupedOuterKernel: HostKernel<'MoeGroupedOuter'> = {
  kernelName: 'MoeGroupedOuter',
  outputShapes: ({ x, y }, { plan }) => [[plan.numExperts, x[1]!, y[1]!]],
  compute: ([out], { x, y }, { plan }, shapes) => {
    const [a, b] = [shapes.x[1]!, shapes.y[1]!];
    out.fill(0);
    for (let s = 0; s < plan.numRows; s++) {
      const at = plan.expertIndices[s]! * a * b;
      for (let i = 0; i < a; i++) {
        const scale = x[s * a + i]!;
        for (let j = 0; j < b; j++) out[at + i * b + j]! += scale * y[s * b + j]!;
      }
    }
  },
};
