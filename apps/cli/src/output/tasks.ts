import type { Metric } from '@moekit/models';

import type { OptionEntry } from '../routers/list-options.js';
import { facts } from './facts.js';
import { optionsText } from './option-list.js';
import { paint } from './paint.js';
import type { Column } from './table/columns.js';
import { renderTable } from './table/render-table.js';
import { plainLine } from './text/measure.js';
import { wrap } from './text/wrap.js';

/** A task in the list. */
export interface TaskEntry {
  readonly name: string;
  readonly summary: string;
  readonly data: string;
  readonly metrics: readonly Metric[];
}

const COLUMNS: readonly Column<TaskEntry>[] = [
  { head: 'task', importance: 0, cell: ({ name }) => ({ text: name, paint: paint.cyan }) },
  { head: 'what is learned', importance: 0, least: 34, cell: ({ summary }) => summary },
  { head: 'compared by', importance: 1, cell: ({ metrics }) => metrics[0]!.unit },
];

/** One line for each task. */
export function renderTasks(entries: readonly TaskEntry[], columns: number): string {
  const hint = 'moekit tasks NAME shows its data and its options.';
  return [renderTable(entries, COLUMNS, { columns }), '', ...wrap([hint], columns), ''].join('\n');
}

/** A task: what is learned, from which data, by which figures rows are compared, its options, how to run it. */
export function renderTask(
  { name, summary, data, metrics }: TaskEntry,
  options: readonly OptionEntry[] | null,
  columns: number,
): string {
  const words = ({ name: metric, unit, better }: Metric) =>
    `${metric}${unit === metric ? '' : ` in ${unit}`} (${better} is better)`;
  const known = {
    ...(summary !== '' && { learns: summary }),
    ...(data !== '' && { data }),
    'compared by': words(metrics[0]!),
    ...(metrics.length > 1 && { also: metrics.slice(1).map(words).join(', ') }),
    compare: `moekit bench --task ${name}`,
    train: `moekit train --task ${name}`,
    'set one': `moekit train --task ${name} --set model.modelWidth=64`,
  };
  return [
    ...wrap([plainLine(name)], columns).map(paint.bold),
    ...facts(known, columns),
    '',
    optionsText(options, columns),
    '',
  ].join('\n');
}
