import type { Results, Row } from '../results/results-schema.js';
import { studentFactor } from '../statistics/student.js';
import { FONT, referenceLine, valueAxis } from './axis.js';
import { format } from './format.js';
import { INK, rowColours } from './palette.js';
import type { ChartOption } from './render-chart.js';
import { renderChart } from './render-chart.js';

/** The primary metric against measured forward FLOPs per token; bars are 95% intervals over seeds. */
export function qualityCompute({ rows, reference, manifest }: Results): string {
  const { name, unit, better } = manifest.metrics[0]!;
  const level = reference?.metrics[name];
  const colours = rowColours(rows);
  const points = rows.flatMap((row, index) => pointOf(row, name, colours[index]!));
  const near = level !== undefined && points.some(({ high }) => high > level);
  const option = {
    grid: { left: 64, right: 40, top: 24, bottom: 56 },
    xAxis: {
      ...valueAxis('measured forward FLOPs per token', 34),
      axisLabel: {
        ...valueAxis('', 0).axisLabel,
        formatter: (value: number) => format.count(value),
      },
      ...padded(points.map(({ flops }) => flops)),
    },
    yAxis: valueAxis(`${unit} (${better} is better)`, 46),
    series: [
      {
        type: 'custom',
        data: points.flatMap(({ flops, low, high }) => (high > low ? [[flops, low, high]] : [])),
        renderItem: (_: unknown, api: BarApi) => errorBar(api, points),
        encode: { x: 0, y: [1, 2] },
      },
      {
        type: 'scatter',
        symbolSize: 14,
        data: points.map(({ flops, bits, colour, label }) => ({
          value: [flops, bits],
          name: label,
          itemStyle: { color: colour },
        })),
        label: {
          show: true,
          formatter: '{b}',
          position: 'right',
          color: INK,
          fontFamily: FONT,
          fontSize: 12,
        },
        labelLayout: { moveOverlap: 'shiftY' },
        ...(near && { markLine: referenceLine(level, `${reference!.name} reference`) }),
      },
    ],
  };
  return renderChart(option as ChartOption, { width: 960, height: 400 });
}

interface BarApi {
  value(dimension: number): number;
  coord(point: [number, number]): [number, number];
}

function pointOf({ label, figures }: Row, name: string, colour: string) {
  const metric = figures?.metrics[name];
  if (!metric) return [];
  const { n, mean, sd } = metric.value;
  const half = n > 1 ? (studentFactor(n - 1) * sd) / Math.sqrt(n) : 0;
  const flops = figures.flops.evaluation.total;
  return [{ label, colour, flops, bits: mean, low: mean - half, high: mean + half }];
}

function errorBar(api: BarApi, points: readonly { flops: number; low: number; colour: string }[]) {
  const [flops, low, high] = [api.value(0), api.value(1), api.value(2)];
  const stroke = points.find((point) => point.flops === flops && point.low === low)?.colour;
  const [x, bottom] = api.coord([flops, low]);
  const [, top] = api.coord([flops, high]);
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: 'line',
    shape: { x1, y1, x2, y2 },
    style: { stroke, lineWidth: 2, opacity: 0.7 },
  });
  return {
    type: 'group',
    children: [
      line(x, bottom, x, top),
      line(x - 6, bottom, x + 6, bottom),
      line(x - 6, top, x + 6, top),
    ],
  };
}

/** Room for the labels to the right of the points. */
function padded(values: readonly number[]) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(high - low, 0.05 * high);
  return { min: low - 0.1 * span, max: high + 0.25 * span };
}
