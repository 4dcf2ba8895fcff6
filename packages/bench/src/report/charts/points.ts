import { dot, gridX, gridY, axisX, axisY, link, ruleX, ruleY, text } from '@observablehq/plot';

import { format } from '../../statistics/format.js';
import { GRID, MUTED } from './colours.js';
import { draw } from './draw.js';
import type { Markup } from '../markup.js';
import { fitLabel } from './fit-label.js';
import { placeLabels } from './place-labels.js';

/** One row of a comparison: what it cost and how good it was. */
export interface Point {
  readonly label: string;
  readonly colour: string;
  readonly x: number;
  readonly y: number;
  /** 95% interval of y; null with one seed. */
  readonly interval: readonly [number, number] | null;
}

export interface PointsChart {
  readonly points: readonly Point[];
  readonly x: string;
  readonly y: string;
  /** A value that is only worth showing when it is near. */
  readonly reference?: { readonly label: string; readonly value: number } | undefined;
  readonly description: string;
}

const [WIDTH, LEAST_HEIGHT] = [960, 420];
const MARGIN = { left: 70, right: 24, top: 30, bottom: 48 };
const LABEL_HEIGHT = 17;
/** From a point to its name, and the most that a name takes, in pixels. */
const [LABEL_GAP, LONGEST_LABEL] = [14, 320];
/** Points nearer than this share of the width would cover each other's labels. */
const CLOSE = 0.08;

/** Quality against cost, with intervals; labels next to their points, moved apart where they would collide. */
export function pointsChart({ points, x, y, reference, description }: PointsChart): Markup {
  const xs = domain(
    points.map((point) => point.x),
    [0.08, 0.32],
  );
  const ys = domain(
    points.flatMap((point) => [point.y, ...(point.interval ?? [])]),
    [0.08, 0.08],
  );
  const height = Math.max(LEAST_HEIGHT, points.length * LABEL_HEIGHT + MARGIN.top + MARGIN.bottom);
  const near = reference && reference.value >= ys[0] && reference.value <= ys[1];
  const labels = labelsOf(points, { xs, ys, height });
  const lines = points.flatMap((p) =>
    p.interval ? [{ ...p, low: p.interval[0], high: p.interval[1] }] : [],
  );
  return draw(
    {
      width: WIDTH,
      height,
      marginLeft: MARGIN.left,
      marginRight: MARGIN.right,
      marginTop: MARGIN.top,
      marginBottom: MARGIN.bottom,
      x: { domain: xs, label: x },
      y: { domain: ys, label: y },
      marks: [
        gridX({ stroke: GRID, strokeOpacity: 1 }),
        gridY({ stroke: GRID, strokeOpacity: 1 }),
        axisX({
          label: x,
          tickFormat: (value: number) => format.count(value),
          ticks: 6,
          tickSize: 0,
          labelAnchor: 'right',
        }),
        axisY({ label: y, ticks: 6, tickSize: 0 }),
        ...(near
          ? [
              ruleY([reference.value], { stroke: MUTED, strokeDasharray: '5 4' }),
              text([reference], {
                x: xs[1],
                y: 'value',
                text: 'label',
                textAnchor: 'end',
                dy: -8,
                fill: MUTED,
              }),
            ]
          : []),
        ruleX(lines, {
          x: 'x',
          y1: 'low',
          y2: 'high',
          stroke: 'colour',
          strokeWidth: 2.5,
          strokeOpacity: 0.65,
        }),
        link(labels, {
          x1: 'x',
          y1: 'y',
          x2: 'labelX',
          y2: 'labelY',
          stroke: 'colour',
          strokeOpacity: 0.35,
        }),
        dot(points, {
          x: 'x',
          y: 'y',
          fill: 'colour',
          r: 6.5,
          stroke: 'var(--card)',
          strokeWidth: 1.5,
        }),
        text(labels, {
          x: 'labelX',
          y: 'labelY',
          text: 'label',
          textAnchor: 'start',
          dx: LABEL_GAP - 2,
          fill: 'colour',
          fontWeight: 600,
        }),
      ],
    },
    description,
  );
}

/** Points close to each other share a column of labels to the right of them all. */
function labelsOf(
  points: readonly Point[],
  {
    xs,
    ys,
    height,
  }: { xs: readonly [number, number]; ys: readonly [number, number]; height: number },
) {
  const close = CLOSE * (xs[1] - xs[0]);
  const perPixel = (ys[1] - ys[0]) / (height - MARGIN.top - MARGIN.bottom);
  const placed = placeLabels(
    points.map((point) => point.y),
    LABEL_HEIGHT * perPixel,
    ys,
  );
  const right = (point: Point) =>
    Math.max(...points.filter((other) => Math.abs(other.x - point.x) < close).map(({ x }) => x));
  const pixels = (WIDTH - MARGIN.left - MARGIN.right) / (xs[1] - xs[0]);
  return points.map((point, i) => {
    const labelX = right(point);
    const room = (xs[1] - labelX) * pixels + MARGIN.right - LABEL_GAP;
    const label = fitLabel(point.label, Math.min(room, LONGEST_LABEL));
    return { ...point, label, labelX, labelY: placed[i]! };
  });
}

function domain(values: readonly number[], room: readonly [number, number]): [number, number] {
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(high - low, 0.02 * Math.abs(high), 1e-9);
  return [low - room[0] * span, high + room[1] * span];
}
