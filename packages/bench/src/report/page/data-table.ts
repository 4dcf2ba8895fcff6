import { format } from '../../statistics/format.js';
import type { Markup } from '../markup.js';
import { fileAddress, markup } from '../markup.js';
import { scrollTable } from './scroll-table.js';

export type Cell = string | number | null;

/** The numbers behind a picture: what a reader copies, downloads, or hears instead of it. */
export interface DataTable {
  /** Part of the download's name. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** True where the panel shows the same figures as text already: paper does without them. */
  readonly repeats?: boolean;
}

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

/** RFC 4180, numbers in full; text that a spreadsheet would take for a formula is quoted with an apostrophe. */
export function toCsv({ columns, rows }: DataTable): string {
  return [columns, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
