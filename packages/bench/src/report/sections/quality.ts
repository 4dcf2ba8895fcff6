import { rowMarks } from '../row-marks.js';
import { rowColours } from '../charts/colours.js';
import type { Point } from '../charts/points.js';
import { pointsChart } from '../charts/points.js';
import { divergedSeeds } from '../../results/learned.js';
import { intervalOf } from '../../statistics/interval.js';
import type { Panel } from '../page/panel.js';
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

function panel(results: Results, { cost, x, ...words }: Cost): Panel | undefined {
  const { rows, manifest, reference } = results;
  const { name, unit, better } = manifest.metrics[0]!;
  const [colours, marks] = [rowColours(results), rowMarks(results)];
  const sane = (row: Row) => divergedSeeds(row, manifest.metrics).length === 0;
  const points = [...marks.keys()].flatMap((row) =>
    sane(row) ? pointOf(row, { name, colour: colours.get(row)!, mark: marks.get(row)!, cost }) : [],
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
    level: levelOf(results),
    ...(level !== undefined && { reference: { label: reference!.name, value: level } }),
    description: `${unit} of ${drawn.length} rows against ${x}; the table below has the numbers.`,
  });
  return {
    ...words,
    note: `${words.note} ${levelOf(results) === undefined ? '' : 'Right: the difference to the baseline. '}Means over seeds; intervals of the differences are in the ranking.${without}`,
    body: chart,
    table: {
      name: words.id,
      columns: ['row', 'mark', x, unit, '95% from', '95% to'],
      rows: points.map((p) => [
        p.label,
        p.mark,
        p.x,
        p.y,
        p.interval?.[0] ?? null,
        p.interval?.[1] ?? null,
      ]),
    },
  };
}

/** The figure of the one baseline, from which a second axis counts. */
function levelOf({ rows, manifest }: Results): number | undefined {
  const baselines = rows.filter(({ baseline }) => baseline);
  const { name } = manifest.metrics[0]!;
  return baselines.length === 1 ? baselines[0]!.figures?.metrics[name]?.value.mean : undefined;
}

function pointOf(
  { label, figures }: Row,
  { name, cost, ...look }: { name: string; colour: string; mark: string; cost: Cost['cost'] },
): (Point & { interval: ReturnType<typeof intervalOf> })[] {
  const metric = figures?.metrics[name];
  if (!metric) return [];
  return [
    { label, ...look, x: cost(figures), y: metric.value.mean, interval: intervalOf(metric.value) },
  ];
}
