import type { PlannedStage } from './rows.js';
import { tableCode, tableUniforms } from './table.js';

const [COLUMNS, STRIPS] = [32, 8];

/**
 * out[e] = sum of y[s] over the rows s of expert e: [R,F] -> [E,F]; 0 for an expert without rows.
 * A workgroup takes 32 columns of one expert. Each of 8 strips sums every 8th row, then the strips are summed in
 * order: as reproducible as one long sum, and 8 times as parallel.
 */
export const expertSumStage: PlannedStage<'MoeExpertSum'> = {
  kernelName: 'MoeExpertSum',
  stage: ({ y, table }, { plan }) => {
    const columns = y.shape[1]!;
    return {
      name: 'MoeExpertSum',
      inputs: { y, table },
      shape: [plan.numExperts, columns],
      integers: { ...tableUniforms(plan), columns },
      over: {
        groups: [Math.ceil(columns / COLUMNS), plan.numExperts, 1],
        threads: [COLUMNS, STRIPS, 1],
      },
      code: /* wgsl */ `${tableCode}
      var<workgroup> strips : array<array<f32, ${COLUMNS}>, ${STRIPS}>;

      fn main() {
        let e = i32(workgroupId.y);
        let lane = i32(localId.x);
        let column = i32(workgroupId.x) * ${COLUMNS} + lane;
        var sum = 0.0;
        if (column < uniforms.columns) {
          let until = expertOffset(e + 1);
          for (var row = expertOffset(e) + i32(localId.y); row < until; row += ${STRIPS}) {
            sum += y[row * uniforms.columns + column];
          }
        }
        strips[localId.y][lane] = sum;
        workgroupBarrier();
        if (localId.y == 0u && column < uniforms.columns) {
          for (var strip = 1; strip < ${STRIPS}; strip++) { sum += strips[strip][lane]; }
          result[e * uniforms.columns + column] = sum;
        }
      }`,
    };
  },
};
