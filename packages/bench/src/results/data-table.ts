export type Cell = string | number | null;

/** The numbers behind a picture or a verdict: what a reader copies, downloads, or hears instead of it. */
export interface DataTable {
  /** Part of the download's name. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** True where the panel shows the same figures as text already: paper does without them. */
  readonly repeats?: boolean;
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
