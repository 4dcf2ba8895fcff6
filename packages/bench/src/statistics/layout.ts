/** One value of one row with one seed. */
export interface Cell {
  readonly row: number;
  readonly seed: number;
  readonly value: number;
}

/** Values by row and seed; a cell may be missing. Rows are numbered from 0. */
export interface Layout {
  readonly rows: number;
  /** Seeds that have a cell, ascending. */
  readonly seeds: readonly number[];
  readonly cells: readonly Cell[];
}

/** @param values of each row by seed, all finite */
export function layoutOf(values: readonly ReadonlyMap<number, number>[]): Layout {
  const cells = values.flatMap((bySeed, row) =>
    [...bySeed].map(([seed, value]) => ({ row, seed, value })),
  );
  const seeds = [...new Set(cells.map(({ seed }) => seed))].sort((a, b) => a - b);
  return { rows: values.length, seeds, cells };
}
