import type { Cell, DataTable } from '../../results/data-table.js';
import { toCsv } from '../../results/data-table.js';
import { format } from '../../statistics/format.js';
import type { Markup } from '../markup.js';
import { fileAddress, markup } from '../markup.js';
import { scrollTable } from './scroll-table.js';

/** More rows than this are for the download only. */
const SHOWN = 200;
/** Rows of a table on paper; `page/style/print.ts` hides more. */
const PRINTED = 60;
/** Tables of so few columns are set in two columns on paper. */
const SLIM = 4;

/** A table that opens on demand and on paper, and the same as a CSV file inside the page. */
export function numbers(table: DataTable): Markup {
  const { name, columns, rows } = table;
  const file = fileAddress('text/csv;charset=utf-8', toCsv(table));
  const more = [
    rows.length > SHOWN &&
      markup`<p class="note on-screen">The first ${SHOWN} of ${rows.length} rows; the CSV file has all.</p>`,
    rows.length > PRINTED &&
      markup`<p class="note on-paper">The first ${PRINTED} of ${rows.length} rows; the CSV file in the page has all.</p>`,
  ];
  const shownTable = scrollTable({
    caption: `Numbers: ${name}`,
    head: columns,
    rows: rows.slice(0, SHOWN).map(tableRow),
  });
  const slim = columns.length <= SLIM && markup` class="columns"`;
  return markup`<details class="numbers${table.repeats && ' repeats'}"><summary>Numbers</summary><div${slim}>${shownTable}</div>${more}<p class="download"><a download="${name}.csv" href="${file}">${name}.csv</a></p></details>`;
}

function tableRow([first, ...rest]: readonly Cell[]): Markup {
  const cells = rest.map((cell) => markup`<td>${shown(cell)}</td>`);
  return markup`<tr><th scope="row">${shown(first ?? null)}</th>${cells}</tr>`;
}

function shown(cell: Cell): string {
  if (cell === null) return '–';
  if (typeof cell === 'string' || Number.isInteger(cell)) return String(cell);
  return Number.isFinite(cell) ? String(Number(cell.toPrecision(6))) : format.bits(cell);
}
