import type { Results } from '../results/results-schema.js';
import type { Trial } from '../results/trial-schema.js';
import { FONT, referenceLine, valueAxis } from './axis.js';
import { rowColours } from './palette.js';
import { renderChart } from './render-chart.js';

/** The held-out primary metric over training steps, mean over seeds, one line per row, the reference as a dashed line. */
export function lossCurves({ rows, reference, manifest }: Results): string {
  const { name, unit } = manifest.metrics[0]!;
  const level = reference?.metrics[name];
  const colours = rowColours(rows);
  const lines = rows.map(({ label, trials }, index) => ({
    type: 'line' as const,
    name: label,
    data: meanCurve(trials, name),
    symbol: 'circle',
    symbolSize: 5,
    lineStyle: { width: 2.5 },
    itemStyle: { color: colours[index]! },
    endLabel: {
      show: true,
      formatter: '{a}',
      color: colours[index]!,
      fontFamily: FONT,
      fontSize: 12,
      distance: 8,
    },
    labelLayout: { moveOverlap: 'shiftY' as const },
    ...(index === 0 &&
      level !== undefined && { markLine: referenceLine(level, `${reference!.name} reference`) }),
  }));
  const drawn = lines.filter(({ data }) => data.length > 0);
  return renderChart(
    {
      grid: { left: 64, right: 150, top: 24, bottom: 56 },
      xAxis: { ...valueAxis('training step', 34), min: 0, scale: false },
      yAxis: {
        ...valueAxis(`held-out ${unit}`, 46),
        ...range(drawn, level),
      },
      series: drawn,
    },
    { width: 960, height: 400 },
  );
}

/** Points that every finished trial of the row has. */
function meanCurve(trials: readonly Trial[], name: string): [number, number][] {
  const first = trials[0]?.curve ?? [];
  return first.map(({ step }, index) => {
    const sum = trials.reduce(
      (total, { curve }) => total + (curve[index]?.metrics[name] ?? NaN),
      0,
    );
    return [step, sum / trials.length];
  });
}

function range(lines: readonly { data: [number, number][] }[], level?: number) {
  const values = [level ?? [], ...lines.map(({ data }) => data.map(([, bits]) => bits))].flat();
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(high - low, 0.1);
  const tenth = (value: number) => Math.round(value * 10) / 10;
  // room below for the labels at the ends of the lines, which are pushed apart downwards
  return { min: tenth(low - 0.25 * span), max: tenth(high + 0.1 * span) };
}
