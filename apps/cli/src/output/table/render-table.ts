import { paint } from '../paint.js';
import { pad, plainLine, widthOf } from '../text/measure.js';
import { wrap } from '../text/wrap.js';
import type { Cell, Column, Measured } from './columns.js';
import type { Fitted } from './fit.js';
import { fitColumns, GAP } from './fit.js';

interface TableOptions<Row> {
  /** Of the terminal; Infinity shows every column whole. */
  readonly columns: number;
  /** The heading above a row; shown where it changes, and nowhere for rows without one. */
  readonly group?: (row: Row) => string | undefined;
}

const NAME_INDENT = '  ';
const NO_BREAK = '\u00a0';

/**
 * The one table of the command line: a head, a rule, a row per line. Where the columns do not fit, those of least
 * importance are left out, and named below. Where the most important ones do not fit either, the first gets a line of its
 * own above the others. Where that is still too wide, every figure has its own line.
 */
export function renderTable<Row>(
  rows: readonly Row[],
  all: readonly Column<Row>[],
  { columns, group }: TableOptions<Row>,
): string {
  const measured = all.map((column) => measure(rows, column));
  const side = fitColumns(measured, columns);
  const shape = side ? besides(side) : stacked(measured, columns);
  const headings = rows.map((row, i) => {
    const heading = group?.(row);
    const before = i === 0 ? undefined : group?.(rows[i - 1]!);
    if (heading === undefined || heading === before) return [];
    return ['', ...wrap([plainLine(heading)], columns).map(paint.bold)].slice(i === 0 ? 1 : 0);
  });
  const body = rows.flatMap((_, i) => [...headings[i]!, ...shape.row(i)]);
  return [...shape.head, ...body, ...leftOut(all, shape.shown, columns)].join('\n');
}

function leftOut<Row>(
  all: readonly Column<Row>[],
  shown: readonly Column<Row>[],
  columns: number,
): string[] {
  const missing = all
    .filter((column) => !shown.includes(column))
    .map(({ head }) => head.replaceAll(NO_BREAK, ' ').trim());
  if (missing.length === 0) return [];
  const text = `Not shown in ${columns} columns: ${missing.join(', ')}. --wide shows all.`;
  return ['', ...wrap([text], columns).map(paint.dim)];
}

function measure<Row>(rows: readonly Row[], column: Column<Row>): Measured<Row> {
  const cells = rows.map((row) => toCell(column.cell(row)));
  const words = column.head.trim().split(' ').map(widthOf);
  const natural = cells.reduce(
    (most, { text }) => Math.max(most, widthOf(text)),
    Math.max(...words),
  );
  return { column, cells, natural, least: Math.min(natural, column.least ?? natural) };
}

function toCell(cell: string | Cell): Cell {
  const { text, ...rest } = typeof cell === 'string' ? { text: cell } : cell;
  return { ...rest, text: plainLine(text) };
}

/** The parts of a table in one of its shapes. */
interface Shape<Row> {
  readonly head: readonly string[];
  readonly shown: readonly Column<Row>[];
  row(index: number): readonly string[];
}

function besides<Row>({ columns, widths }: Fitted<Row>): Shape<Row> {
  const total = widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
  const heads = columns.map(({ column: { head } }) => ({ text: head, paint: paint.bold }));
  return {
    head: [...lines(heads, columns, widths, 'end'), paint.dim('─'.repeat(total))],
    shown: columns.map(({ column }) => column),
    row: (index) =>
      lines(
        columns.map(({ cells }) => cells[index]!),
        columns,
        widths,
        'start',
      ),
  };
}

/** One row: as many lines as its highest cell, others filled up at their end, heads at their start. */
function lines<Row>(
  cells: readonly Cell[],
  columns: readonly Measured<Row>[],
  widths: readonly number[],
  at: 'start' | 'end',
): string[] {
  const broken = cells.map(({ text }, i) => {
    const { hanging = '' } = columns[i]!.column;
    return wrap([text], widths[i]!, { hanging: at === 'start' ? hanging : '' });
  });
  const height = Math.max(...broken.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => {
    const parts = broken.map((texts, i) => {
      const text = texts[at === 'start' ? line : line - height + texts.length] ?? '';
      const shown = text.replaceAll(NO_BREAK, ' ');
      const painted = text === '' ? '' : (cells[i]!.paint?.(shown) ?? shown);
      return pad(painted, widths[i]!, columns[i]!.column.align);
    });
    return parts.join(' '.repeat(GAP)).trimEnd();
  });
}

function stacked<Row>(measured: readonly Measured<Row>[], columns: number): Shape<Row> {
  const [name, ...rest] = measured as [Measured<Row>, ...Measured<Row>[]];
  const nameLines = ({ text, paint: colour }: Cell) =>
    wrap([text], columns, { hanging: name.column.hanging ?? NAME_INDENT }).map(
      (line) => colour?.(line) ?? line,
    );
  const below = fitColumns(rest, columns - NAME_INDENT.length);
  if (!below) return listed(name, rest, { columns, nameLines });
  const { head, shown, row } = besides(below);
  return {
    head: [paint.bold(name.column.head), ...head.map(indent)],
    shown: [name.column, ...shown],
    row: (index) => [...nameLines(name.cells[index]!), ...row(index).map(indent)],
  };
}

const indent = (line: string) => `${NAME_INDENT}${line}`;

function listed<Row>(
  name: Measured<Row>,
  rest: readonly Measured<Row>[],
  { columns, nameLines }: { columns: number; nameLines: (cell: Cell) => readonly string[] },
): Shape<Row> {
  return {
    head: [],
    shown: [name, ...rest].map(({ column }) => column),
    row: (index) => [
      ...nameLines(name.cells[index]!),
      ...rest.flatMap(({ column, cells }) =>
        wrap(
          [`${NAME_INDENT}${column.head.replaceAll(NO_BREAK, ' ')}: ${cells[index]!.text}`],
          columns,
        ),
      ),
      '',
    ],
  };
}
