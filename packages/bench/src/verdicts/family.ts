import type { Row } from '../results/results-schema.js';
import { findLabelled } from '../spec/label.js';

/** Rows of a question with their weights, and the rows whose spread is pooled with theirs. */
export interface Family {
  readonly rows: readonly Row[];
  /** [R] 0 for rows that lend their spread alone. */
  readonly weights: readonly number[];
  /** False where rows are evaluations of one trained model: their differences have spreads of their own. */
  readonly pooled: boolean;
}

/** @returns null where a row of the question has no finished trial */
export function familyOf(
  all: readonly Row[],
  weights: Readonly<Record<string, number>>,
  usable: (row: Row) => boolean,
): Family | null {
  const wanted = Object.entries(weights).filter(([, weight]) => weight !== 0);
  const found = wanted.map(([label, weight]) => ({ row: findLabelled(all, label), weight }));
  if (found.some(({ row }) => row === undefined || row.trials.length === 0)) return null;
  const asked = found.map(({ row, weight }) => ({ row: row!, weight }));
  const pooled = asked.every(({ row }) => row.trainedAs === null);
  const groups = new Set(asked.map(({ row }) => row.group));
  const others = all.filter(
    (row) =>
      pooled &&
      row.trainedAs === null &&
      groups.has(row.group) &&
      usable(row) &&
      !asked.some((one) => one.row === row),
  );
  return {
    rows: [...asked.map(({ row }) => row), ...others],
    weights: [...asked.map(({ weight }) => weight), ...others.map(() => 0)],
    pooled,
  };
}
