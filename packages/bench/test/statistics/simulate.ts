import type { Rng } from '@moekit/core';

import type { Layout } from '../../src/statistics/layout.js';

/** A layout drawn from the mixed model, with the truth known. */
export interface Drawn {
  readonly rows: number;
  readonly seeds: number;
  /** Share of a value's variance that its seed explains. */
  readonly correlation: number;
  /** [R] standard deviations; by default 1. */
  readonly spreads?: readonly number[];
  /** Seeds of row 0, the baseline; by default those of every row. */
  readonly baselineSeeds?: number;
  /** Share of cells that never finished. */
  readonly missing?: number;
}

/** Every row's true mean is its number. */
export function draw(drawn: Drawn, rng: Rng): Layout {
  const { rows, seeds, correlation, missing = 0 } = drawn;
  const most = Math.max(seeds, drawn.baselineSeeds ?? 0);
  const shared = Array.from({ length: most }, () => Math.sqrt(correlation) * rng.normal());
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: row === 0 ? (drawn.baselineSeeds ?? seeds) : seeds }, (__, s) => {
      const own = Math.sqrt(1 - correlation) * (drawn.spreads?.[row] ?? 1) * rng.normal();
      return { row, seed: s + 1, value: row + shared[s]! + own };
    }),
  )
    .flat()
    .filter(({ seed }) => seed === 1 || rng.uniform() >= missing);
  return { rows, seeds: [...new Set(cells.map(({ seed }) => seed))], cells };
}
