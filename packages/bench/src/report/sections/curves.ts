import { divergedSeeds } from '../../results/learned.js';
import type { Results, Row } from '../../results/results-schema.js';
import { meanOf } from '../../statistics/summary.js';
import { rowColours } from '../charts/colours.js';
import { linesChart } from '../charts/lines.js';
import type { Panel } from '../page/panel.js';

/** The primary metric on held-out data over training, mean over seeds. */
export function curvesPanel(results: Results): Panel | undefined {
  const { rows, manifest, reference } = results;
  const { name, unit, better } = manifest.metrics[0]!;
  const shown = manifest.metrics.find((metric) => onCurve(rows, metric.name)) ?? { name, unit };
  const colours = rowColours(results);
  const sane = rows.filter((row) => divergedSeeds(row, manifest.metrics).length === 0);
  const lines = sane.map((row) => ({
    label: row.label,
    colour: colours.get(row)!,
    points: meanCurve(row, shown.name),
  }));
  const drawn = lines.filter(({ points }) => points.length > 0);
  const wild = rows.filter((row) => divergedSeeds(row, manifest.metrics).length > 0);
  const labels = wild.map(({ label }) => label).join(', ');
  if (drawn.length === 0) return undefined;
  const level = reference?.metrics[shown.name];
  const direction = shown.name === name ? ` (${better} is better)` : '';
  return {
    id: 'curves',
    title: 'Over training',
    note: `Held-out ${shown.unit}, mean over seeds.${wild.length > 0 ? ` Not drawn, since they diverged: ${labels}.` : ''}`,
    body: linesChart({
      lines: drawn,
      x: 'training step',
      y: `${shown.unit}${direction}`,
      ...(level !== undefined && { reference: { label: reference!.name, value: level } }),
      description: `Held-out ${shown.unit} of ${drawn.length} rows over training; the table below has the numbers.`,
    }),
    table: {
      name: 'curves',
      columns: ['row', 'step', shown.unit],
      rows: drawn.flatMap(({ label, points }) => points.map(([step, y]) => [label, step, y])),
    },
  };
}

const onCurve = (rows: readonly Row[], name: string) =>
  rows.some(({ trials }) =>
    trials.some(({ curve }) => curve.some(({ metrics }) => name in metrics)),
  );

/** Points that every finished trial of the row has. */
function meanCurve({ trials, trainedAs }: Row, name: string): (readonly [number, number])[] {
  if (trainedAs !== null) return []; // it was not trained: the row that was has the curve
  const first = trials[0]?.curve ?? [];
  return first.flatMap(({ step }, i) => {
    const values = trials.map(({ curve }) => curve[i]?.metrics[name]);
    if (values.some((value) => value === undefined)) return [];
    return [[step, meanOf(values as number[])] as const];
  });
}
