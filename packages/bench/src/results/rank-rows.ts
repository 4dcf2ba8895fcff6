import { isControl } from './control.js';
import { hasLearned } from './learned.js';
import type { Results, Row } from './results-schema.js';

/** A row with its place among those of its group. */
export interface RankedRow {
  readonly row: Row;
  /** From 1; null for a row that cannot be compared: a control, one that learned nothing, one that failed. */
  readonly place: number | null;
  /** The first of its group, where it has others to be compared with. */
  readonly best: boolean;
}

/**
 * Rows by the mean of the first metric, the best first: groups in the order of the results, in each the rows that learned,
 * then those that did not, those that failed, and the controls. Equal means keep the order of the results.
 */
export function rankRows({
  rows,
  manifest,
}: Pick<Results, 'rows' | 'manifest'>): readonly RankedRow[] {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return groups.flatMap((group) =>
    rankGroup(
      rows.filter((row) => row.group === group),
      manifest.metrics,
    ),
  );
}

function rankGroup(rows: readonly Row[], metrics: Results['manifest']['metrics']): RankedRow[] {
  const [{ name, better }] = metrics as [(typeof metrics)[number]];
  const sign = better === 'lower' ? 1 : -1;
  const mean = ({ figures }: Row) => sign * (figures?.metrics[name]?.value.mean ?? Number.NaN);
  const sorted = (some: readonly Row[]) =>
    some.toSorted((a, b) => compareNumbers(mean(a), mean(b)));
  const ranked = rows.filter(
    (row) => !isControl(row) && hasLearned(row, metrics) && Number.isFinite(mean(row)),
  );
  const others = rows.filter((row) => !ranked.includes(row));
  const [controls, weak] = [others.filter(isControl), others.filter((row) => !isControl(row))];
  return [
    ...sorted(ranked).map((row, i) => ({ row, place: i + 1, best: i === 0 && ranked.length > 1 })),
    ...[...sorted(weak), ...sorted(controls)].map((row) => ({ row, place: null, best: false })),
  ];
}

/** Upwards; what is no number comes last. */
function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a === b ? 0 : a - b;
}
