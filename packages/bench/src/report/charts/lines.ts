import { axisX, axisY, dot, gridY, line, ruleY, text } from '@observablehq/plot';

import { format } from '../../statistics/format.js';
import { markup } from '../markup.js';
import type { Markup } from '../markup.js';
import type { ChartWidth } from '../page/panel.js';
import { CHART_PIXELS, chart, legend } from '../page/panel.js';
import { GRID, MUTED, OTHER } from './colours.js';
import { draw } from './draw.js';
import { LABEL_HEIGHT, endLabels, roomFor } from './end-labels.js';
import { tickText } from './tick-text.js';
import { valueAxis } from './value-axis.js';

/** One curve. */
export interface Line {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Of an SVG stroke, where lines of one colour differ: `DASHES`. */
  readonly dash?: string;
}

/** Strokes that a reader can distinguish, the whole one first. */
export const DASHES = ['', '6 4', '2 4', '10 4 2 4'] as const;
const DASH_NAMES = ['', 'dashed', 'dotted', 'dashes and dots'];

export interface LinesChart {
  readonly lines: readonly Line[];
  readonly x: string;
  readonly y: string;
  readonly reference?: { readonly label: string; readonly value: number } | undefined;
  /** Shares are drawn from 0 to 1. */
  readonly share?: boolean;
  readonly description: string;
}

const HEIGHT: Readonly<Record<ChartWidth, number>> = { wide: 340, narrow: 260 };
/** More lines than this have dots only at their ends, and so many points at most on a narrow drawing. */
const [DOTTED, THINNED] = [24, 60];

/** Curves with their names at their ends, or in a legend where there is no room for them; an axis that says where it starts. */
export function linesChart(given: LinesChart): Markup {
  const lines = given.lines.map(finite).filter(({ points }) => points.length > 0);
  // grey ones first: the others lie over them
  const drawn = [...lines.filter(isOther), ...lines.filter((each) => !isOther(each))];
  const shown = { ...given, lines: drawn };
  const level = given.reference?.value ?? Number.NaN;
  const ys = drawn.flatMap(({ points }) => points.map(([, y]) => y));
  const axis = given.share ? { domain: [0, 1] as const, words: '' } : valueAxis([...ys, level]);
  const picture = chart((width) => {
    const svg = drawAt(shown, width, axis.domain);
    return width === 'wide' ? markup`${svg}${others(drawn)}` : markup`${svg}${namesOf(drawn)}`;
  });
  return markup`${picture}${axis.words !== '' && markup`<p class="note">${axis.words}</p>`}`;
}

const isOther = ({ colour }: Line) => colour === OTHER;

function namesOf(lines: readonly Line[]): Markup {
  const named = lines.filter((each) => !isOther(each));
  const items = named.map(({ label, colour, dash = '' }) => {
    const words = DASH_NAMES[DASHES.findIndex((known) => known === dash)];
    return { name: words ? `${label} (${words})` : label, colour };
  });
  return legend([...items, ...othersOf(lines)]);
}

function others(lines: readonly Line[]): Markup | undefined {
  const items = othersOf(lines);
  return items.length > 0 ? legend(items) : undefined;
}

function othersOf(lines: readonly Line[]) {
  const count = lines.filter(isOther).length;
  if (count === 0) return [];
  return [
    {
      name: `${count} other ${count === 1 ? 'row' : 'rows'}; the numbers name them`,
      colour: OTHER,
    },
  ];
}

function drawAt(
  { lines, x, y, reference, share = false, description }: LinesChart,
  width: ChartWidth,
  domain: readonly [number, number],
): Markup {
  const wide = width === 'wide';
  const most = wide ? Infinity : THINNED;
  const flat = lines.flatMap(({ points, dash = '', ...each }, series) =>
    thinned(points, most).map(([px, py]) => ({ ...each, dash, series: String(series), px, py })),
  );
  const [marginTop, marginBottom] = [30, 44];
  const named = wide ? lines.filter((each) => !isOther(each)) : [];
  const height = Math.max(HEIGHT[width], named.length * LABEL_HEIGHT + marginTop + marginBottom);
  const labels = endLabels(named, domain, height - marginTop - marginBottom);
  const ends = lines.map(({ points, colour }) => ({ colour, at: points.at(-1)! }));
  const level = reference && Number.isFinite(reference.value) ? [reference] : [];
  return draw(
    {
      width: CHART_PIXELS[width],
      height,
      marginLeft: 54,
      marginRight: wide ? roomFor(labels) : 24,
      marginTop,
      marginBottom,
      x: { label: x },
      y: { label: y, domain: [...domain] },
      marks: [
        gridY({ stroke: GRID, strokeOpacity: 1 }),
        axisX({
          label: x,
          tickSize: 0,
          ticks: wide ? 6 : 4,
          tickFormat: (value: number) => (Number.isInteger(value) ? format.count(value) : ''),
          labelAnchor: 'right',
        }),
        axisY({
          label: y,
          tickSize: 0,
          ticks: 6,
          tickFormat: share ? (v: number) => format.share(v) : tickText,
        }),
        ruleY(level, { y: 'value', stroke: MUTED, strokeDasharray: '5 4' }),
        text(level, {
          frameAnchor: 'left',
          y: 'value',
          text: 'label',
          textAnchor: 'start',
          dx: 6,
          dy: -8,
          fill: MUTED,
        }),
        ...DASHES.map((dash) =>
          line(
            flat.filter((each) => each.dash === dash),
            {
              x: 'px',
              y: 'py',
              z: 'series',
              stroke: 'colour',
              strokeWidth: 2.2,
              ...(dash && { strokeDasharray: dash }),
            },
          ),
        ),
        dot(lines[0] && lines[0].points.length > DOTTED ? [] : flat, {
          x: 'px',
          y: 'py',
          fill: 'colour',
          r: 2.5,
        }),
        text(labels, {
          x: 'px',
          y: 'labelY',
          text: 'label',
          fill: 'currentColor',
          textAnchor: 'start',
          dx: 18,
        }),
        dot(labels, { x: 'px', y: 'labelY', fill: 'colour', r: 4, dx: 11 }),
        dot(ends, {
          x: ({ at }: (typeof ends)[number]) => at[0],
          y: ({ at }: (typeof ends)[number]) => at[1],
          fill: 'colour',
          r: 4,
        }),
      ],
    },
    description,
  );
}

/** Without points that no axis has a place for. */
function finite(each: Line): Line {
  return { ...each, points: each.points.filter((point) => point.every(Number.isFinite)) };
}

/** Every so-many-th point, and the last. */
function thinned<Point>(points: readonly Point[], most: number): readonly Point[] {
  const step = Math.ceil(points.length / most);
  return step <= 1 ? points : points.filter((_, i) => i % step === 0 || i === points.length - 1);
}
