import { describe, expect, it } from 'vitest';

import {
  outerTile,
  rowTile,
  threadsOf,
  tileRowsOf,
  tileSpan,
} from '../src/backends/webgpu/tile.js';

const plan = (numRows: number, numExperts: number) => ({ numRows, numExperts });

describe('tiles of WebGPU products', () => {
  it.each([
    [32_768, 64, 64], // T=4096 k=8
    [512, 64, 16], // T=64 k=8: 8 rows per expert
    [1024, 32, 32],
    [0, 4, 16],
  ])('%i rows over %i experts: %i rows each', (rows, experts, expected) => {
    expect(tileRowsOf(plan(rows, experts))).toBe(expected);
  });

  it.each([
    [512, 64],
    [128, 64],
    [16, 16],
    [20, 32], // one of 32 beats two of 16
    [80, 32], // three of 32: two of 64 would pad 48
    [1, 16],
  ])('a width of %i is cut into spans of %i', (width, span) => {
    expect(tileSpan(width)).toBe(span);
  });

  it.each([16, 32, 64, 80, 512])('every tile of width %i keeps a subgroup busy', (width) => {
    for (const rows of [512, 2048, 32_768]) {
      const [across, down] = threadsOf(rowTile(plan(rows, 64), width));
      expect(across * down).toBeGreaterThanOrEqual(32);
      expect(across * down).toBeLessThanOrEqual(256); // the limits of every device
    }
  });

  it('a tile fits the workgroup memory that every device has', () => {
    for (const { rows, columns, inner } of [rowTile(plan(9999, 1), 512), outerTile(512, 512)]) {
      expect(4 * inner * (rows + columns)).toBeLessThanOrEqual(16_384);
    }
  });
});
