import type { Paint } from '../paint.js';

/** The text of a cell, and its colour. */
export interface Cell {
  readonly text: string;
  readonly paint?: Paint;
}

/** A column of a table. */
export interface Column<Row> {
  /** Broken at spaces, not at no-break spaces. */
  readonly head: string;
  readonly align?: 'left' | 'right';
  /** The last columns to be left out where a terminal is narrow have 0; those of the highest number go first. */
  readonly importance: number;
  /** Characters down to which its texts may be wrapped; a column without it keeps its width. */
  readonly least?: number;
  /** Written before every line of a cell but the first. */
  readonly hanging?: string;
  cell(row: Row): string | Cell;
}

/** A column that is measured. */
export interface Measured<Row> {
  readonly column: Column<Row>;
  readonly cells: readonly Cell[];
  /** Characters of the longest cell, and of the longest word of the head. */
  readonly natural: number;
  readonly least: number;
}
