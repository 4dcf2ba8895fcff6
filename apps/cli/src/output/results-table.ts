import type { Figures, Results, Row } from '@moekit/bench';
import { format } from '@moekit/bench';
import Table from 'cli-table3';
import pc from 'picocolors';

/** Two lines of head, so that all columns fit in 120. */
const COLUMNS: readonly (readonly [string, (figures: Figures) => string])[] = [
  ['loss', ({ loss }) => format.bits(loss.mean)],
  ['bits/byte\n± sd', ({ bitsPerByte }) => spread(bitsPerByte)],
  ['− dense\n± 95%', ({ difference }) => format.difference(difference)],
  ['params', ({ parameters }) => format.count(parameters)],
  ['FLOPs/tok\nexpected', ({ flops }) => format.count(flops.expected.total)],
  ['FLOPs/tok\nmeasured', ({ flops }) => format.count(flops.evaluation.total)],
  ['experts\n/token', (figures) => moe(figures, format.ratio(figures.expertsPerToken))],
  ['drop-\nped', (figures) => moe(figures, format.share(figures.droppedShare))],
  ['null', (figures) => moe(figures, format.share(figures.nullShare))],
  ['max\nviol.', (figures) => moe(figures, format.ratio(figures.maxViolation))],
  ['tok/s', ({ machine }) => format.count(machine.tokensPerSecond)],
  ['peak\nMiB', ({ machine }) => format.mebibytes(machine.peakMemoryBytes)],
];

/** The comparison as a terminal table, the bigram reference last. */
export function resultsTable({ rows, reference }: Results): string {
  const table = new Table({
    head: ['router', ...COLUMNS.map(([name]) => name)],
    colAligns: ['left', ...COLUMNS.map(() => 'right' as const)],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    chars: CHARS,
  });
  for (const row of rows) table.push(cells(row));
  const dim = (text: string) => pc.dim(text);
  const figures = [format.bits(reference.loss), format.bits(reference.bitsPerByte)];
  table.push(['bigram', ...figures, ...COLUMNS.slice(2).map(() => '')].map(dim));
  return table.toString();
}

function cells({ label, baseline, figures }: Row): string[] {
  const name = shorten(label);
  if (figures === null) return [pc.red(name), ...COLUMNS.map(() => pc.red('failed'))];
  const values = COLUMNS.map(([, show]) => show(figures));
  if (!figures.beatsReference) values[1] = pc.red(`${values[1]!}!`);
  values[2] = colourDifference(figures, values[2]!);
  return [baseline ? pc.dim(name) : name, ...values];
}

function colourDifference({ difference }: Figures, text: string): string {
  if (!difference?.distinguishable) return pc.dim(text);
  return difference.mean < 0 ? pc.green(text) : pc.yellow(text);
}

const spread = ({ n, mean, sd }: Figures['loss']) =>
  n > 1 ? `${mean.toFixed(3)} ±${sd.toFixed(3)}` : mean.toFixed(3);
const moe = ({ match }: Figures, text: string) => (match ? text : '–');
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
