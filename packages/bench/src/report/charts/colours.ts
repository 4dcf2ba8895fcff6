/**
 * Colours are CSS variables, so that one drawing serves light and dark; `page/style.ts` gives them values with at least
 * 3:1 contrast against both cards, apart for most colour-blind readers. The baseline is grey.
 */
const SERIES = 8;

export const BASELINE = 'var(--baseline)';
export const MUTED = 'var(--muted)';
export const GRID = 'var(--grid)';

/** A colour for each row of a comparison; grey only where one row is what the others are held against. */
export function rowColours(rows: readonly { readonly baseline: boolean }[]): readonly string[] {
  const one = rows.filter(({ baseline }) => baseline).length === 1 && rows.length > 1;
  let next = 0;
  return rows.map(({ baseline }) => (baseline && one ? BASELINE : seriesColour(next++)));
}

export function seriesColour(index: number): string {
  return `var(--series-${index % SERIES})`;
}

/** Perceptually ordered from nothing to much (after viridis), the same in light and dark. */
export const HEAT = ['#3b2f6b', '#3f5c8c', '#2f8f8b', '#6fbf63', '#f2d545'] as const;
