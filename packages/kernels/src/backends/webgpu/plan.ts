import type { TensorInfo } from '@tensorflow/tfjs-core';

import { kernelConfig } from '../../kernel/kernel-config.js';
import type { WebGpuBackend } from './backend.js';
import { deviceTraits } from './device-traits.js';
import { countCode, placeCode, tableFromRowsCode } from './plan-code.js';
import { scanCode } from './scan-code.js';
import type { Stage } from './stage.js';
import { runStage } from './stage.js';
import { tableLayout, tableSize, tableUniforms } from './table.js';
import { tileRowsOf } from './tile.js';

/** Tokens of one block: each thread walks one block of one expert. */
const BLOCK = 64;

/**
 * A stable counting sort without atomics: count each (expert, block of tokens), scan, let each block hand out its rows
 * in token order, write the table. [T,E] -> int32 table
 */
export const planKernel = kernelConfig(
  'MoePlan',
  'webgpu',
  ({ mask }, { numRows }, backend: WebGpuBackend) => planTable(backend, mask, numRows),
);

function planTable(backend: WebGpuBackend, mask: TensorInfo, numRows: number): TensorInfo {
  const [numTokens, numExperts] = mask.shape as [number, number];
  const numBlocks = Math.ceil(numTokens / BLOCK);
  const pairs = numTokens * numExperts;
  const sizes = { numTokens, numExperts, numRows };
  const integers = { ...tableUniforms(sizes), numTokens, numBlocks };
  const tileRows = tileRowsOf(sizes);
  const { subgroups } = deviceTraits(backend);
  const stage = (rest: Pick<Stage, 'name' | 'inputs' | 'shape' | 'code' | 'over'>) =>
    runStage(backend, { dtype: 'int32', integers, ...rest });

  const blocks = numExperts * numBlocks;
  const counts = stage({
    name: 'MoePlanCount',
    inputs: { mask },
    shape: [blocks + numTokens],
    code: countCode(BLOCK),
    over: { work: blocks + numTokens },
  });
  const scans = stage({
    name: 'MoePlanScan',
    inputs: { counts },
    shape: [blocks + 1 + numTokens + 1 + numExperts + 1],
    code: scanCode(tileRows, subgroups),
    over: { groups: [1, 1, 1], threads: [256, 1, 1] },
  });
  const rows = stage({
    name: 'MoePlanPlace',
    inputs: { mask, scans },
    shape: [numTokens, numExperts],
    code: placeCode(BLOCK),
    over: { work: blocks },
  });
  const table = stage({
    name: 'MoePlanTable',
    inputs: { scans, rows },
    shape: [tableSize(sizes)],
    code: tableFromRowsCode(tileRows),
    over: {
      work: Math.max(pairs, numRows, numTokens + 1, tableLayout(sizes).mostTiles, numExperts + 1),
    },
  });
  for (const { dataId } of [counts, scans, rows]) backend.disposeData(dataId);
  return table;
}
