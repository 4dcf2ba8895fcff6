import type { GroupedAttributes } from '../host/grouped-matmul.js';
import { groupedMatMulCode } from './grouped-matmul-code.js';
import type { PlannedStage } from './rows.js';
import { TILE_ROWS, tableLayout, tableUniforms } from './table.js';

const TILE_COLUMNS = 64;

/**
 * out[s] = x[s] w[expert(s)] in one dispatch: [R,K] x [E,K,N] -> [R,N], or with w[e] transposed, [E,N,K].
 * Workgroup y takes a tile of the plan's table: up to 64 rows of one expert. Tiles beyond the table end at once.
 */
export const groupedMatMulStage: PlannedStage<GroupedAttributes> = {
  kernelName: 'MoeGroupedMatMul',
  stage: ({ x, w, table }, { plan, transposeW }) => {
    const [, a, b] = w!.shape as [number, number, number];
    const [inner, outer] = transposeW ? [b, a] : [a, b];
    const width = inner % 4 === 0 && outer % 4 === 0 ? 4 : 1;
    return {
      name: transposeW ? 'MoeGroupedMatMulTransposed' : 'MoeGroupedMatMul',
      inputs: { x: x!, w: w!, table: table! },
      shape: [plan.numRows, outer],
      width,
      integers: { ...tableUniforms(plan), inner, outer },
      code: groupedMatMulCode({ transposeW, width, tileRows: TILE_ROWS }),
      over: {
        groups: [Math.ceil(outer / TILE_COLUMNS), tableLayout(plan).numTiles, 1],
        threads: [16, 8, 1],
      },
    };
  },
};
