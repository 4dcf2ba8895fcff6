import type { Figures, Results, Row } from '@moekit/bench';
import { format, isControl, outcomeOf, routingColumns } from '@moekit/bench';
import Table from 'cli-table3';

import { paint } from './paint.js';

type Metric = Results['manifest']['metrics'][number];

type Column = readonly [string, (figures: Figures) => string];

/** Two lines of head, so that all columns fit in 120. */
const COLUMNS: readonly Column[] = [
  ['params', ({ parameters }) => format.count(parameters)],
  ['FLOPs/tok\nexpected', ({ flops }) => format.count(flops.expected.total)],
  ['FLOPs/tok\nmeasured', ({ flops }) => format.count(flops.evaluation.total)],
  ...routingColumns.map(({ narrow, show }): Column => [narrow, show]),
  ['tok/s', ({ machine }) => format.count(machine.tokensPerSecond)],
  ['peak\nMiB', ({ machine }) => format.mebibytes(machine.peakMemoryBytes)],
];

/** The metric that rows are compared by, the loss next to it, and the difference to the baseline. */
function qualityColumns(metrics: readonly Metric[]): readonly Column[] {
  const [{ name, unit }] = metrics as [Metric];
  const mean = (key: string) => (figures: Figures) => optional(figures.metrics[key]?.value.mean);
  const loss: Column[] = name === 'loss' ? [] : [['loss', mean('loss')]];
  return [
    ...loss,
    [`${unit}\n± sd`, ({ metrics: all }) => (all[name] ? format.spread(all[name].value) : '–')],
    ['− base\n± 95%', ({ metrics: all }) => format.difference(all[name]?.difference ?? null)],
  ];
}

/** The comparison as a terminal table, the reference last. */
export function resultsTable({ rows, reference, manifest }: Results): string {
  const { metrics } = manifest;
  const quality = qualityColumns(metrics);
  const columns = [...quality, ...COLUMNS];
  const primary = metrics[0]!;
  const table = new Table({
    head: ['router', ...columns.map(([name]) => name)],
    colAligns: ['left', ...columns.map(() => 'right' as const)],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    chars: CHARS,
  });
  for (const row of rows) table.push(cells(row, columns, primary));
  if (reference) {
    const names = quality.length === 3 ? ['loss', primary.name] : [primary.name];
    const values = names.map((name) => optional(reference.metrics[name]));
    const blank = columns.slice(values.length).map(() => '');
    table.push([reference.name, ...values, ...blank].map((text) => paint.dim(text)));
  }
  return table.toString();
}

function cells(row: Row, columns: readonly Column[], primary: Metric): string[] {
  const { label, baseline, figures } = row;
  const name = isControl(row) ? `${shorten(label)} (control)` : shorten(label);
  if (figures === null) return [paint.red(name), ...columns.map(() => paint.red('failed'))];
  const values = columns.map(([, show]) => show(figures));
  const last = columns.length - COLUMNS.length - 1;
  if (figures.beatsReference === false) values[last - 1] = paint.red(`${values[last - 1]!}!`);
  values[last] = colourDifference(figures, primary, values[last]!);
  return [baseline ? paint.dim(name) : name, ...values];
}

function colourDifference({ metrics }: Figures, { name, better }: Metric, text: string): string {
  const outcome = outcomeOf(metrics[name]?.difference ?? null, better);
  if (outcome === 'better') return paint.green(text);
  return outcome === 'worse' ? paint.yellow(text) : paint.dim(text);
}

const optional = (value: number | undefined) => (value === undefined ? '–' : format.bits(value));
const shorten = (label: string) => (label.length <= 22 ? label : `${label.slice(0, 21)}…`);

const CHARS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '─',
  'mid-mid': '──',
  right: '',
  'right-mid': '',
  middle: '  ',
};
