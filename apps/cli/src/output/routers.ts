import { facts } from './facts.js';
import { optionsText } from './option-list.js';
import { paint } from './paint.js';
import type { OptionEntry } from '../routers/list-options.js';
import type { Column } from './table/columns.js';
import { renderTable } from './table/render-table.js';
import { plainLine } from './text/measure.js';
import { wrap } from './text/wrap.js';

/** A router in the list. */
export interface RouterEntry {
  readonly name: string;
  /** Package or file that it comes from. */
  readonly from: string;
  readonly summary: string;
  readonly reference: string;
}

const COLUMNS: readonly Column<RouterEntry>[] = [
  { head: 'router', importance: 0, cell: ({ name }) => ({ text: name, paint: paint.cyan }) },
  { head: 'decides', importance: 0, least: 34, cell: ({ summary }) => summary },
  {
    head: 'reference',
    importance: 1,
    least: 20,
    cell: ({ reference }) => ({ text: reference, paint: paint.dim }),
  },
];

/** One line for each router, by package. */
export function renderRouters(entries: readonly RouterEntry[], columns: number): string {
  const table = renderTable(entries, COLUMNS, { columns, group: ({ from }) => from });
  const hint = 'moekit routers NAME shows what one decides, and its options.';
  return [table, '', ...wrap([hint], columns), ''].join('\n');
}

/** A router: what it decides, who describes it, its options. */
export function renderRouter(
  { name, from, summary, reference }: RouterEntry,
  options: readonly OptionEntry[] | null,
  columns: number,
): string {
  const known = {
    ...(from !== name && { package: from }),
    ...(summary !== '' && { decides: summary }),
    ...(reference !== '' && { reference }),
    ...(name !== 'dense' && { 'try it': `moekit bench --routers ${name}` }),
  };
  const title = wrap([plainLine(name)], columns).map(paint.bold);
  return [...title, ...facts(known, columns), '', optionsText(options, columns), ''].join('\n');
}
