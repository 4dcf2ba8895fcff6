import sliceAnsi from 'slice-ansi';

import type { Cell } from '../table/columns.js';
import { pad, plainLine, widthOf } from './measure.js';

/** A part of a line of progress. */
export interface Part extends Cell {
  /** The part of the highest number is left out first; 0 stays, cut off where nothing else helps. */
  readonly importance: number;
  /** Characters to fill up, so that lines are in line. */
  readonly width?: number;
}

const GAP = '  ';

/** One line of parts that fits a terminal: what matters least is left out, and what must stay is cut off. */
export function fitLine(parts: readonly Part[], columns: number): string {
  let shown = parts;
  while (widthOfAll(shown) > columns) {
    const most = Math.max(...shown.map(({ importance }) => importance));
    if (most === 0) return cut(shown, columns);
    shown = shown.filter((part) => part.importance !== most);
  }
  return shown
    .map(({ text, width = 0, paint }) => painted(pad(text, width), paint))
    .join(GAP)
    .trimEnd();
}

function cut(parts: readonly Part[], columns: number): string {
  return clip(parts.map(({ text }) => text).join(GAP), columns);
}

const painted = (text: string, paint: Cell['paint']) => paint?.(text) ?? text;

function widthOfAll(parts: readonly Part[]): number {
  const widths = parts.map(({ text, width = 0 }) => Math.max(width, widthOf(text)));
  return widths.reduce((sum, width) => sum + width, GAP.length * Math.max(0, parts.length - 1));
}

/** A text that is cut off at a width, with a sign that it is. */
export function clip(text: string, columns: number): string {
  const line = plainLine(text);
  if (widthOf(line) <= columns) return line;
  return `${sliceAnsi(line, 0, Math.max(0, columns - 1))}…`;
}
