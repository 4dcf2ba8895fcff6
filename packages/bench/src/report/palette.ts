/** Distinguishable in light and dark and for most colour-blind readers; grey is the baseline's. */
const ROWS = [
  '#3b7dd8',
  '#e07b39',
  '#2a9d8f',
  '#b5529d',
  '#c9a227',
  '#d1495b',
  '#6c8e3f',
  '#7b6cd9',
];
const BASELINE = '#8a8f98';

/** Perceptually ordered from empty to overloaded (after viridis). */
export const HEAT = ['#3b2f6b', '#3f5c8c', '#2f8f8b', '#6fbf63', '#f2d545'];

/** Placeholders that become CSS variables, so that one drawing serves light and dark. */
export const INK = '#010203';
export const MUTED = '#040506';
export const GRID = '#070809';
const VARIABLES = { [INK]: 'var(--ink)', [MUTED]: 'var(--muted)', [GRID]: 'var(--grid)' };

/** A colour for each row, the baseline grey. */
export function rowColours(rows: readonly { readonly baseline: boolean }[]): readonly string[] {
  let next = 0;
  return rows.map(({ baseline }) => (baseline ? BASELINE : ROWS[next++ % ROWS.length]!));
}

/** Swaps the placeholders for CSS variables. */
export function themed(svg: string): string {
  return Object.entries(VARIABLES).reduce(
    (text, [colour, variable]) => text.replaceAll(colour, variable),
    svg,
  );
}
