import { axisX, axisY, dot, gridY, line, ruleY, text } from '@observablehq/plot';

import { format } from '../../statistics/format.js';
import { GRID, MUTED } from './colours.js';
import { draw } from './draw.js';
import type { Markup } from '../markup.js';
import { fitLabel, labelWidth } from './fit-label.js';
import { placeLabels } from './place-labels.js';

/** One curve. */
export interface Line {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly dashed?: boolean;
}

export interface LinesChart {
  readonly lines: readonly Line[];
  readonly x: string;
  readonly y: string;
  readonly reference?: { readonly label: string; readonly value: number } | undefined;
  /** Shares are drawn from 0 to 1. */
  readonly share?: boolean;
  readonly description: string;
}

const [WIDTH, LEAST_HEIGHT] = [960, 420];
const MARGIN = { left: 68, top: 30, bottom: 48 };
/** Room for the names at the ends: what the widest takes, within bounds. */
const NAMES = { gap: 14, least: 90, most: 320 };
const LABEL_HEIGHT = 17;

/** Curves with their names at their ends. */
export function linesChart({ lines, x, y, reference, share, description }: LinesChart): Markup {
  const drawn = lines.map(finite).filter(({ points }) => points.length > 0);
  const height = heightFor(drawn.length);
  const flat = drawn.flatMap(({ points, ...line }, series) =>
    points.map(([px, py]) => ({ ...line, series: String(series), px, py })),
  );
  const ys = share ? ([0, 1] as [number, number]) : domain(drawn, reference?.value);
  return draw(
    {
      width: WIDTH,
      height,
      marginLeft: MARGIN.left,
      marginRight: roomFor(drawn),
      marginTop: MARGIN.top,
      marginBottom: MARGIN.bottom,
      x: { label: x },
      y: { label: y, domain: ys },
      marks: [
        gridY({ stroke: GRID, strokeOpacity: 1 }),
        axisX({
          label: x,
          tickSize: 0,
          ticks: 6,
          tickFormat: (value: number) => (Number.isInteger(value) ? format.count(value) : ''),
          labelAnchor: 'right',
        }),
        axisY({
          label: y,
          tickSize: 0,
          ticks: 6,
          ...(share && { tickFormat: (v: number) => format.share(v) }),
        }),
        ...(reference && Number.isFinite(reference.value)
          ? [
              ruleY([reference.value], { stroke: MUTED, strokeDasharray: '5 4' }),
              text([reference], {
                frameAnchor: 'left',
                y: 'value',
                text: 'label',
                textAnchor: 'start',
                dx: 6,
                dy: -8,
                fill: MUTED,
              }),
            ]
          : []),
        ...(['', '4 4'] as const).map((dash) =>
          line(
            flat.filter(({ dashed = false }) => dashed === (dash !== '')),
            {
              x: 'px',
              y: 'py',
              z: 'series',
              stroke: 'colour',
              strokeWidth: 2.5,
              ...(dash && { strokeDasharray: dash }),
            },
          ),
        ),
        dot(flat, {
          x: 'px',
          y: 'py',
          fill: 'colour',
          r: drawn[0] && drawn[0].points.length > 24 ? 0 : 3,
        }),
        text(ends(drawn, ys, height), {
          x: 'px',
          y: 'labelY',
          text: 'label',
          fill: 'colour',
          fontWeight: 600,
          textAnchor: 'start',
          dx: 10,
        }),
        dot(ends(drawn, ys, height), { x: 'px', y: 'py', fill: 'colour', r: 4.5 }),
      ],
    },
    description,
  );
}

function roomFor(lines: readonly Line[]): number {
  const longest = Math.max(0, ...lines.map(({ label }) => labelWidth(label)));
  return Math.min(Math.max(NAMES.gap + longest, NAMES.least), NAMES.most);
}

/** Taller where the names at the ends would not have room. */
const heightFor = (names: number) =>
  Math.max(LEAST_HEIGHT, names * LABEL_HEIGHT + MARGIN.top + MARGIN.bottom);

/** Without points that no axis has a place for. */
function finite(line: Line): Line {
  return { ...line, points: line.points.filter((point) => point.every(Number.isFinite)) };
}

function ends(lines: readonly Line[], ys: readonly [number, number], height: number) {
  const perPixel = (ys[1] - ys[0]) / (height - MARGIN.top - MARGIN.bottom);
  const last = lines.map(({ points }) => points.at(-1)!);
  const placed = placeLabels(
    last.map(([, py]) => py),
    LABEL_HEIGHT * perPixel,
    ys,
  );
  return lines.map(({ label, colour }, i) => {
    const [px, py] = last[i]!;
    const name = fitLabel(label, roomFor(lines) - NAMES.gap);
    return { label: name, colour, px, py, labelY: placed[i]! };
  });
}

function domain(lines: readonly Line[], reference: number | undefined): [number, number] {
  const values = lines.flatMap(({ points }) => points.map(([, py]) => py));
  if (values.length === 0) return [0, 1];
  const all =
    reference === undefined || !Number.isFinite(reference) ? values : [...values, reference];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const span = Math.max(high - low, 0.02 * Math.abs(high), 1e-9);
  return [low - 0.06 * span, high + 0.06 * span];
}
