import { axisX, axisY, cell } from '@observablehq/plot';

import { HEAT } from './colours.js';
import { draw } from './draw.js';
import type { Markup } from '../markup.js';

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

/** A table as colours. */
export function heatMap(map: HeatMap): Markup {
  const { values: all, top, x, rowNames, nameWidth, description } = map;
  const width = Math.ceil((all[0]?.length ?? 0) / MOST_COLUMNS) || 1;
  const values = all.map((row) => joined(row, width));
  const cells = values.flatMap((row, y) =>
    row.map((value, column) => ({ column, y, value: Math.min(value || 0, top) })),
  );
  const columns = values[0]?.length ?? 0;
  return draw(
    {
      width: 460,
      height: 190,
      marginLeft: nameWidth ?? 46,
      marginRight: 6,
      marginTop: 6,
      marginBottom: 40,
      x: { domain: range(columns), padding: columns > 24 ? 0 : 0.04 },
      y: { domain: range(values.length), padding: 0 },
      color: {
        type: 'linear',
        domain: HEAT.map((_, i) => (top * i) / (HEAT.length - 1)),
        range: [...HEAT],
      },
      marks: [
        cell(cells, { x: 'column', y: 'y', fill: 'value', inset: 0 }),
        axisX({
          label: width === 1 ? x : `${x}, means of ${width}`,
          tickSize: 0,
          ticks: every(range(columns), 16),
          tickFormat: (i: number) => String(i * width),
          labelAnchor: 'center',
          labelArrow: 'none',
        }),
        axisY({
          label: null,
          tickSize: 0,
          ticks: every(range(values.length), nameWidth === undefined ? 4 : values.length),
          tickFormat: (i: number) => rowNames[i] ?? '',
        }),
      ],
    },
    description,
  );
}

/** Columns narrower than two pixels would only make the page large. */
const MOST_COLUMNS = 200;

/** Means of so many neighbours. */
function joined(row: readonly number[], width: number): readonly number[] {
  if (width === 1) return row;
  return range(Math.ceil(row.length / width)).map((i) => {
    const part = row.slice(i * width, (i + 1) * width);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** At most about `most` of them, evenly. */
function every(items: readonly number[], most: number): number[] {
  const step = Math.ceil(items.length / most);
  return items.filter((_, i) => i % step === 0);
}
