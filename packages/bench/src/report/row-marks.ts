import { rankingsOf } from '../results/ranking.js';
import type { Results, Row } from '../results/results-schema.js';

/**
 * A short sign for each row, where its name has no room: its rank, or a small letter for one that has none. A capital
 * before it says which group where there are several.
 */
export function rowMarks(results: Pick<Results, 'rows' | 'manifest'>): ReadonlyMap<Row, string> {
  const rankings = rankingsOf(results);
  const marks = rankings.flatMap(({ rows }, group) => {
    const prefix = rankings.length === 1 ? '' : letters(group).toUpperCase();
    let unranked = 0;
    return rows.map(({ row, rank }): readonly [Row, string] => [
      row,
      `${prefix}${rank ?? letters(unranked++)}`,
    ]);
  });
  return new Map(marks);
}

/** a, b, ..., z, aa, ab, ... */
function letters(index: number): string {
  const before = Math.floor(index / 26);
  return `${before > 0 ? letters(before - 1) : ''}${String.fromCharCode(97 + (index % 26))}`;
}
