import { Markup, markup } from '../markup.js';
import { heat } from '../page/picture.js';
import { fitLabel } from './fit-label.js';

export interface HeatMap {
  /** [row][column] */
  readonly values: readonly (readonly number[])[];
  /** The value of the last colour; larger ones look the same. */
  readonly top: number;
  readonly x: string;
  readonly rowNames: readonly string[];
  /** Pixels for the names of rows, all of which are then shown; by default a few are, of rows that follow in time. */
  readonly nameWidth?: number;
  readonly description: string;
}

const [WIDTH, HEIGHT] = [340, 180];
const MARGIN = { left: 44, top: 6, right: 6, bottom: 42 };
/** Columns narrower than two pixels would only make the page large. */
const MOST_COLUMNS = 140;
const [TICKS, TIMES] = [10, 4];
/** Shades that a reader could tell apart: cells of one shade are one path. */
const SHADES = 32;

/** A table as colours. */
export function heatMap(map: HeatMap): Markup {
  const { values: all, top, x, rowNames, nameWidth, description } = map;
  const joint = Math.ceil((all[0]?.length ?? 0) / MOST_COLUMNS) || 1;
  const values = all.map((row) => joined(row, joint));
  const [columns, rows] = [Math.max(values[0]?.length ?? 0, 1), Math.max(values.length, 1)];
  const left = nameWidth ?? MARGIN.left;
  const across = (WIDTH - left - MARGIN.right) / columns;
  const down = (HEIGHT - MARGIN.top - MARGIN.bottom) / rows;
  const name = (at: number) => fitLabel(rowNames[at] ?? '', left - 8);
  const middle = left + (across * columns) / 2;
  const xTicks = every(values[0]?.length ?? 0, TICKS).map(
    (i) =>
      markup`<text x="${pixel(left + (i + 0.5) * across)}" y="${HEIGHT - 24}" text-anchor="middle">${i * joint}</text>`,
  );
  const yTicks = every(values.length, nameWidth === undefined ? TIMES : values.length).map(
    (i) =>
      markup`<text x="${left - 6}" y="${pixel(MARGIN.top + (i + 0.5) * down + 4)}" text-anchor="end">${name(i)}</text>`,
  );
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${description}" font-size="12" fill="currentColor"><g transform="translate(${left},${MARGIN.top}) scale(${pixel(across)},${pixel(down)})" shape-rendering="crispEdges">${cellsOf(values, top)}</g>${xTicks}${yTicks}<text x="${pixel(middle)}" y="${HEIGHT - 6}" text-anchor="middle">${joint === 1 ? x : `${x}, means of ${joint}`}</text></svg>`;
}

const pixel = (value: number) => Math.round(value * 1000) / 1000;

/** A path for each shade, with a square for each cell of it. */
function cellsOf(values: readonly (readonly number[])[], top: number): Markup[] {
  const squares = new Map<number, string[]>();
  values.forEach((row, y) =>
    row.forEach((value, x) => {
      const shade = Math.round((SHADES * Math.min(value || 0, top)) / top);
      squares.set(shade, [...(squares.get(shade) ?? []), `M${x} ${y}h1v1h-1z`]);
    }),
  );
  return [...squares].map(
    ([shade, paths]) =>
      markup`<path fill="${heat(shade / SHADES)}" d="${Markup.trusted(paths.join(''))}"/>`,
  );
}

/** Means of so many neighbours. */
function joined(row: readonly number[], width: number): readonly number[] {
  if (width === 1) return row;
  return range(Math.ceil(row.length / width)).map((i) => {
    const part = row.slice(i * width, (i + 1) * width);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** At most about `most` places out of so many, evenly. */
function every(length: number, most: number): readonly number[] {
  const step = Math.max(Math.ceil(length / most), 1);
  return range(length).filter((i) => i % step === 0);
}
