import { rankingsOf } from '../../results/ranking.js';
import type { Results, Row } from '../../results/results-schema.js';

/**
 * Colours are CSS variables, so that one drawing serves light and dark; `page/style/colours.ts` gives them values with at
 * least 3:1 contrast against both cards, apart for colour-blind readers. A colour is a row, the same on the whole page.
 */
export const SERIES = 8;

export const BASELINE = 'var(--baseline)';
/** All rows that have no colour of their own: there are more than a reader can distinguish. */
export const OTHER = 'var(--other)';
export const MUTED = 'var(--muted)';
export const GRID = 'var(--grid)';

/**
 * The colour of each row. Ink for the one that the others are compared with; a colour of its own for each of eight others,
 * in the order of the rows. Where there are more, the best ranked of all groups have them, and one grey is for the rest.
 */
export function rowColours(results: Pick<Results, 'rows' | 'manifest'>): ReadonlyMap<Row, string> {
  const { rows } = results;
  const baselines = rows.filter(({ baseline }) => baseline);
  const base = baselines.length === 1 && rows.length > 1 ? baselines[0] : undefined;
  const coloured = colouredRows(results, base);
  const own = rows.filter((row) => coloured.has(row));
  return new Map(
    rows.map((row) => [row, row === base ? BASELINE : (seriesOf(own.indexOf(row)) ?? OTHER)]),
  );
}

function colouredRows(results: Pick<Results, 'rows' | 'manifest'>, base: Row | undefined) {
  const others = results.rows.filter((row) => row !== base);
  if (others.length <= SERIES) return new Set(others);
  const places = rankingsOf(results).map(({ rows }) => rows.map(({ row }) => row));
  const deepest = Math.max(...places.map(({ length }) => length));
  const order = Array.from({ length: deepest }, (_, i) => places.flatMap((rows) => rows[i] ?? []));
  return new Set(
    order
      .flat()
      .filter((row) => row !== base)
      .slice(0, SERIES),
  );
}

const seriesOf = (index: number) => (index < 0 ? undefined : seriesColour(index));

/** The colour of a line, bar or dot by its place in a list; past eight all have one grey. */
export function seriesColour(index: number): string {
  return index < SERIES ? `var(--series-${index})` : OTHER;
}

/** The shade of a part of a whole, and the ink on it: no row has such a colour. */
export function partColour(index: number): { readonly colour: string; readonly ink: string } {
  const shade = index % PARTS;
  return { colour: `var(--part-${shade})`, ink: `var(--on-part-${shade})` };
}

const PARTS = 4;

/** Perceptually ordered from nothing to much (after viridis), the same in light and dark. */
export const HEAT = ['#3b2f6b', '#3f5c8c', '#2f8f8b', '#6fbf63', '#f2d545'] as const;
