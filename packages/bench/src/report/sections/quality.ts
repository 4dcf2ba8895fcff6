import { rowColours } from '../charts/colours.js';
import type { Point } from '../charts/points.js';
import { pointsChart } from '../charts/points.js';
import { divergedSeeds } from '../../results/learned.js';
import { intervalOf } from '../../statistics/interval.js';
import type { Panel } from '../page/panel.js';
import { wideChart } from '../page/panel.js';
import type { Figures, Results, Row } from '../../results/results-schema.js';

/** The primary metric against what a token costs, and against what all of training cost. */
export function qualityPanels(results: Results): Panel[] {
  const panels = [
    panel(results, {
      id: 'quality',
      title: 'Quality against compute',
      note: 'Forward FLOPs per token, counted from what was dispatched in the evaluation.',
      x: 'measured forward FLOPs per token',
      cost: ({ flops }) => flops.evaluation.total,
    }),
    panel(results, {
      id: 'quality-training',
      title: 'Quality against the cost of training',
      note: 'FLOPs of the whole training run, forward and backward, counted from what was dispatched in every step.',
      x: 'measured training FLOPs',
      cost: ({ trainingFlops }) => trainingFlops.total,
    }),
  ];
  return panels.filter((each) => each !== undefined);
}

interface Cost {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly x: string;
  readonly cost: (figures: Figures) => number;
}

function panel(
  { rows, manifest, reference }: Results,
  { cost, x, ...words }: Cost,
): Panel | undefined {
  const { name, unit, better } = manifest.metrics[0]!;
  const colours = rowColours(rows);
  const sane = (row: Row) => divergedSeeds(row, manifest.metrics).length === 0;
  const points = rows.flatMap((row, i) =>
    sane(row) ? pointOf(row, { name, colour: colours[i]!, cost }) : [],
  );
  const drawn = points.filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y));
  if (drawn.length === 0) return undefined;
  const missing = rows.length - drawn.length;
  const without =
    missing > 0
      ? ` Not drawn (diverged, or without this figure): ${missing} of ${rows.length} rows.`
      : '';
  const level = reference?.metrics[name];
  const chart = pointsChart({
    points: drawn,
    x,
    y: `${unit} (${better} is better)`,
    ...(level !== undefined && { reference: { label: reference!.name, value: level } }),
    description: `${unit} of ${drawn.length} rows against ${x}; the table below has the numbers.`,
  });
  return {
    ...words,
    note: `${words.note} Bars: 95% interval over seeds.${without}`,
    body: wideChart(chart),
    table: {
      name: words.id,
      columns: ['row', x, unit, '95% from', '95% to'],
      rows: points.map((p) => [
        p.label,
        p.x,
        p.y,
        p.interval?.[0] ?? null,
        p.interval?.[1] ?? null,
      ]),
    },
  };
}

function pointOf(
  { label, figures }: Row,
  { name, colour, cost }: { name: string; colour: string; cost: Cost['cost'] },
): Point[] {
  const metric = figures?.metrics[name];
  if (!metric) return [];
  return [
    { label, colour, x: cost(figures), y: metric.value.mean, interval: intervalOf(metric.value) },
  ];
}
