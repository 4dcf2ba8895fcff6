import { paint } from './paint.js';
import type { OptionEntry } from '../routers/list-options.js';
import type { Column } from './table/columns.js';
import { renderTable } from './table/render-table.js';
import { wrap } from './text/wrap.js';

const COLUMNS: readonly Column<OptionEntry>[] = [
  { head: 'option', importance: 0, cell: ({ name }) => ({ text: name, paint: paint.cyan }) },
  {
    head: 'default',
    importance: 0,
    least: 8,
    cell: (option) => ('default' in option ? JSON.stringify(option.default) : ''),
  },
  { head: 'accepts', importance: 1, least: 16, cell: ({ accepts }) => accepts },
  { head: 'what it is', importance: 0, least: 26, cell: ({ description }) => description },
];

/** The options of a plug-in as a table; null where its schema cannot be listed. */
export function optionsText(options: readonly OptionEntry[] | null, columns: number): string {
  const hidden = 'Its options are checked by a schema that cannot be listed.';
  if (options === null) return wrap([hidden], columns).join('\n');
  if (options.length === 0) return 'It has no options.';
  const shown = options.some(({ description }) => description !== '')
    ? COLUMNS
    : COLUMNS.slice(0, 3);
  return renderTable(options, shown, { columns });
}
