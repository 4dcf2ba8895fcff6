import type { Figures, RankedRow, Results } from '@moekit/bench';
import { format, isControl, outcomeOf, routingColumns } from '@moekit/bench';

import { dropsMuch } from './drops.js';
import { paint } from './paint.js';
import type { Cell, Column } from './table/columns.js';

type Metric = Results['manifest']['metrics'][number];
type ResultColumn = Column<RankedRow>;

/** How long routing figures are kept where a terminal is narrow; the others go between them. */
const ROUTING_IMPORTANCE: Readonly<Record<string, number>> = {
  'experts / token': 3,
  dropped: 2,
  null: 6,
  'max violation': 7,
};
const LEAST_IMPORTANT = 9;
const NO_BREAK = '\u00a0';

/** The columns of a comparison: who, how good, against what, at what cost. */
export function resultColumns({ rows, manifest }: Results): readonly ResultColumn[] {
  const { metrics } = manifest;
  const [primary] = metrics as [Metric];
  return [
    nameColumn(rows),
    ...(primary.name === 'loss' ? [] : [lossColumn]),
    qualityColumn(primary),
    differenceColumn(rows, primary),
    ...(rows.some(dropsMuch) ? [dropFreeColumn(primary)] : []),
    figureColumn('params', 10, ({ parameters }) => format.count(parameters)),
    figureColumn('FLOPs/tok expected', 11, ({ flops }) => format.count(flops.expected.total)),
    figureColumn('FLOPs/tok measured', 4, ({ flops }) => format.count(flops.evaluation.total)),
    ...routingColumns.map(({ head, show }) =>
      figureColumn(head, ROUTING_IMPORTANCE[head] ?? LEAST_IMPORTANT, show),
    ),
    figureColumn('tok/s', 5, ({ machine }) => format.count(machine.tokensPerSecond)),
    figureColumn('peak MiB', 9, ({ machine }) => format.mebibytes(machine.peakMemoryBytes)),
  ];
}

/** The place and the name, which is broken once where there is little room. */
function nameColumn(rows: Results['rows']): ResultColumn {
  const longest = Math.max(0, ...rows.map(({ label }) => label.length));
  const digits = String(rows.length).length;
  return {
    head: `${'#'.padStart(digits)}${NO_BREAK.repeat(2)}router`,
    importance: 0,
    least: digits + 2 + Math.max(14, Math.ceil(longest / 2)),
    hanging: ' '.repeat(digits + 2),
    cell: ({ row, best, place }) => {
      const name = `${String(place ?? '').padStart(digits)}  ${row.label}`;
      if (row.figures === null) return { text: name, paint: paint.red };
      if (best) return { text: `${name} ★`, paint: paint.green };
      const text = isControl(row) ? `${name} (control)` : name;
      return row.baseline || isControl(row) ? { text, paint: paint.dim } : text;
    },
  };
}

const lossColumn = figureColumn('loss', 8, ({ metrics }) => optional(metrics['loss']?.value.mean));

/** Head of the column of the metric that rows are compared by. */
export const qualityHead = (unit: string) => `${unit} ±${NO_BREAK}sd`;

function qualityColumn({ name, unit }: Metric): ResultColumn {
  return {
    head: qualityHead(unit),
    align: 'right',
    importance: 0,
    cell: ({ row: { figures } }) => {
      if (figures === null) return FAILED;
      const metric = figures.metrics[name];
      const text = metric ? format.spread(metric.value) : '–';
      return figures.beatsReference === false ? { text: `${text}!`, paint: paint.red } : text;
    },
  };
}

/** The baseline's own cell says so; its label heads the column where all rows have the same. */
function differenceColumn(rows: Results['rows'], { name, better }: Metric): ResultColumn {
  const baselines = rows.filter(({ baseline }) => baseline).map(({ label }) => label);
  const base = baselines.length === 1 && baselines[0]!.length <= 13 ? baselines[0]! : 'baseline';
  return {
    head: `−${NO_BREAK}${base} ±${NO_BREAK}95%`,
    align: 'right',
    importance: 0,
    cell: ({ row: { figures, baseline } }) => {
      if (figures === null) return FAILED;
      if (baseline) return { text: 'baseline', paint: paint.dim };
      const difference = figures.metrics[name]?.difference ?? null;
      return { text: format.difference(difference), paint: COLOURS[outcomeOf(difference, better)] };
    },
  };
}

const COLOURS = {
  better: paint.green,
  worse: paint.yellow,
  'not distinguishable': paint.dim,
  unknown: paint.dim,
};

/** Of the rows that drop much alone. */
function dropFreeColumn({ name }: Metric): ResultColumn {
  return {
    head: 'without drops',
    align: 'right',
    importance: 1,
    cell: ({ row }) => {
      if (!row.figures || !dropsMuch(row)) return '';
      return optional(row.figures.metrics[name]?.dropFree?.mean);
    },
  };
}

function figureColumn(
  head: string,
  importance: number,
  show: (figures: Figures) => string,
): ResultColumn {
  return {
    head,
    align: 'right',
    importance,
    cell: ({ row: { figures } }) => (figures === null ? FAILED : show(figures)),
  };
}

const FAILED: Cell = { text: 'failed', paint: paint.red };

function optional(value: number | undefined): string {
  return value === undefined ? '–' : format.bits(value);
}
