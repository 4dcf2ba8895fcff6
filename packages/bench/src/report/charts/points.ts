import { axisX, axisY, dot, gridX, gridY, link, ruleY, text } from '@observablehq/plot';

import { format } from '../../statistics/format.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import type { ChartWidth } from '../page/panel.js';
import { CHART_PIXELS, chart, legend } from '../page/panel.js';
import { GRID, MUTED } from './colours.js';
import { draw } from './draw.js';
import { fitLabel } from './fit-label.js';
import { placeLabels } from './place-labels.js';
import { ticksOf } from './strip.js';
import { tickText } from './tick-text.js';
import { valueAxis } from './value-axis.js';

/** One row of a comparison: what it cost and how good it was. */
export interface Point {
  readonly label: string;
  /** A short sign for it where its name has no room: `3`. */
  readonly mark: string;
  readonly colour: string;
  readonly x: number;
  readonly y: number;
}

export interface PointsChart {
  readonly points: readonly Point[];
  readonly x: string;
  readonly y: string;
  /** The value that a second axis counts from, in per cent. */
  readonly level?: number | undefined;
  /** A value that is only worth showing when it is near. */
  readonly reference?: { readonly label: string; readonly value: number } | undefined;
  readonly description: string;
}

const MARGIN = { left: 54, right: 54, top: 30, bottom: 44 };
const [LEAST_HEIGHT, LABEL_HEIGHT] = [340, 16];
/** From a point to its label, and the most that a name takes, in pixels. */
const [LABEL_GAP, LONGEST_LABEL] = [13, 220];
/** So many rows have their names at their points on a wide drawing. */
const NAMED = 8;
/** Points nearer than this share of the width would cover each other's labels. */
const CLOSE: Readonly<Record<ChartWidth, number>> = { wide: 0.08, narrow: 0.14 };

interface Scales {
  readonly xs: readonly [number, number];
  readonly ys: readonly [number, number];
  readonly width: ChartWidth;
  readonly named: boolean;
  readonly height: number;
}

/** Quality against cost: a point a row, with its name or, where there is no room, its mark and a legend. */
export function pointsChart(given: PointsChart): Markup {
  const { points } = given;
  const [xAxis, yAxis] = [
    valueAxis(
      points.map(({ x }) => x),
      format.count,
    ),
    valueAxis(points.map(({ y }) => y)),
  ];
  const height = Math.max(LEAST_HEIGHT, points.length * LABEL_HEIGHT + MARGIN.top + MARGIN.bottom);
  const marks = legend(points.map(({ label, colour, mark }) => ({ name: label, colour, mark })));
  const picture = chart((width) => {
    const named = width === 'wide' && points.length <= NAMED;
    // names stand to the right of their points
    const room = named ? 0.35 : 0.06;
    const xs = [
      xAxis.domain[0],
      xAxis.domain[1] + room * (xAxis.domain[1] - xAxis.domain[0]),
    ] as const;
    const svg = drawAt(given, { xs, ys: yAxis.domain, width, named, height });
    return named ? svg : markup`${svg}${marks}`;
  });
  const words = [
    yAxis.words && `Up: ${lower(yAxis.words)}`,
    xAxis.words && `Across: ${lower(xAxis.words)}`,
  ];
  return markup`${picture}<p class="note">${words.filter((each) => each !== '').join(' ')}</p>`;
}

const lower = (words: string) => `${words[0]!.toLowerCase()}${words.slice(1)}`;

function drawAt(
  { points, x, y, level, reference, description }: PointsChart,
  scales: Scales,
): Markup {
  const { xs, ys, width, height } = scales;
  const near = reference && reference.value >= ys[0] && reference.value <= ys[1] ? [reference] : [];
  const labels = labelsOf(points, scales);
  const relative = level !== undefined && level > 0 && Number.isFinite(level);
  const shares = relative ? ticksOf([ys[0] / level - 1, ys[1] / level - 1], 6) : [];
  return draw(
    {
      width: CHART_PIXELS[width],
      height,
      marginLeft: MARGIN.left,
      marginRight: MARGIN.right,
      marginTop: MARGIN.top,
      marginBottom: MARGIN.bottom,
      x: { domain: [...xs], label: x },
      y: { domain: [...ys], label: y },
      marks: [
        gridX({ stroke: GRID, strokeOpacity: 1 }),
        gridY({ stroke: GRID, strokeOpacity: 1 }),
        axisX({
          label: x,
          tickFormat: (value: number) => format.count(value),
          ticks: width === 'wide' ? 6 : 3,
          tickSize: 0,
          labelAnchor: 'right',
        }),
        axisY({ label: y, ticks: 6, tickSize: 0, tickFormat: tickText }),
        axisY(
          shares.map((share) => level! * (1 + share)),
          {
            anchor: 'right',
            label: null,
            tickSize: 0,
            tickFormat: (value: number) => signed(value / level! - 1),
            fill: MUTED,
          },
        ),
        ruleY(near, { y: 'value', stroke: MUTED, strokeDasharray: '5 4' }),
        text(near, {
          x: xs[1],
          y: 'value',
          text: 'label',
          textAnchor: 'end',
          dy: -8,
          dx: -4,
          fill: MUTED,
        }),
        link(labels, {
          x1: 'x',
          y1: 'y',
          x2: 'labelX',
          y2: 'labelY',
          stroke: 'colour',
          strokeOpacity: 0.4,
        }),
        dot(points, {
          x: 'x',
          y: 'y',
          fill: 'colour',
          r: 6,
          stroke: 'var(--card)',
          strokeWidth: 1.5,
        }),
        text(labels, {
          x: 'labelX',
          y: 'labelY',
          text: 'label',
          textAnchor: 'start',
          dx: LABEL_GAP - 2,
          fill: 'currentColor',
        }),
      ],
    },
    description,
  );
}

/** A round share in per cent; noise of the arithmetic around 0 is 0. */
const signed = (share: number) => {
  const percent = Math.abs(share) < 1e-6 ? 0 : Number((100 * share).toPrecision(3));
  return `${percent > 0 ? '+' : ''}${String(percent).replace('-', '−')}%`;
};

/** Points close to each other share a column of labels to the right of them all. */
function labelsOf(points: readonly Point[], { xs, ys, width, named, height }: Scales) {
  const close = CLOSE[width] * (xs[1] - xs[0]);
  const perPixel = (ys[1] - ys[0]) / (height - MARGIN.top - MARGIN.bottom);
  const right = (point: Point) =>
    Math.max(...points.filter((other) => Math.abs(other.x - point.x) < close).map(({ x }) => x));
  const pixels = (CHART_PIXELS[width] - MARGIN.left - MARGIN.right) / (xs[1] - xs[0]);
  const ends = points.map(right);
  return points.map((point, i) => {
    const labelX = ends[i]!;
    // marks are narrow: those of another column are not in the way
    const column = named ? points : points.filter((_, other) => ends[other] === labelX);
    const placed = placeLabels(
      column.map((each) => each.y),
      LABEL_HEIGHT * perPixel,
      ys,
    );
    const room = (xs[1] - labelX) * pixels - LABEL_GAP;
    const label = named ? fitLabel(point.label, Math.min(room, LONGEST_LABEL)) : point.mark;
    return { ...point, label, labelX, labelY: placed[column.indexOf(point)]! };
  });
}
