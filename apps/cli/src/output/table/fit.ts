import type { Measured } from './columns.js';

/** Characters between two columns. */
export const GAP = 2;

/** Columns that fit, with the width of each. */
export interface Fitted<Row> {
  readonly columns: readonly Measured<Row>[];
  readonly widths: readonly number[];
}

/**
 * Leaves out the least important columns until the others fit next to each other, then divides the room among those that
 * can be wrapped.
 * @returns undefined where not even the columns of importance 0 fit
 */
export function fitColumns<Row>(
  all: readonly Measured<Row>[],
  available: number,
): Fitted<Row> | undefined {
  let columns = all;
  while (room(columns, leastOf) > available) {
    const most = Math.max(...columns.map(({ column }) => column.importance));
    if (most === 0) return undefined;
    const last = columns.findLastIndex(({ column }) => column.importance === most);
    columns = columns.filter((_, i) => i !== last);
  }
  return { columns, widths: narrowed(columns, available) };
}

const leastOf = ({ least }: Measured<never>) => least;
const naturalOf = ({ natural }: Measured<never>) => natural;

function room<Row>(
  columns: readonly Measured<Row>[],
  width: (column: Measured<never>) => number,
): number {
  const gaps = GAP * Math.max(0, columns.length - 1);
  return columns.reduce((sum, column) => sum + width(column as Measured<never>), gaps);
}

/** Takes characters from the widest column that may be wrapped, one by one. */
function narrowed<Row>(columns: readonly Measured<Row>[], available: number): number[] {
  const widths = columns.map(({ natural }) => natural);
  let excess = room(columns, naturalOf) - available;
  for (; excess > 0; excess--) {
    const slack = widths.map((width, i) => (width > columns[i]!.least ? width : -1));
    const widest = slack.indexOf(Math.max(...slack));
    widths[widest]!--;
  }
  return widths;
}
