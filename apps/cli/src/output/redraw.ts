import ansiEscapes from 'ansi-escapes';

import { printable } from './paint.js';
import { columnsOf, hasColours } from './terminal.js';
import { widthOf } from './text/measure.js';

/** The part that is redrawn in place. */
export interface Redrawn {
  /** @param render gives the text for a width; again when the terminal is resized */
  (render: (columns: number) => string): void;
  /** Erases it. */
  clear(): void;
}

/** Whether progress is redrawn on a stream: a terminal that can, of a person. Elsewhere it is a line now and then. */
export function canRedraw(stream: NodeJS.WriteStream, env = process.env): boolean {
  const unattended = env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb' && !unattended && !env['MOEKIT_VERBOSE'];
}

/** A terminal shows what is between them at once: no frame that is half erased. */
const [BEGIN, END] = ['\u001b[?2026h', '\u001b[?2026l'];

/** Rows of a terminal that does not say how many it has. */
const USUAL_ROWS = 24;

/**
 * Text that is redrawn in place, also when the terminal is resized: a terminal that became narrower has broken the lines,
 * and all of their parts are erased. The cursor stays visible: hiding it needs a listener to signals that brings it back,
 * and such a listener ends a process that wants to finish its work first.
 */
export function redraw(stream: NodeJS.WriteStream): Redrawn {
  let shown: readonly string[] = [];
  let last: (columns: number) => string = () => '';
  const replace = (lines: readonly string[]) => {
    const above = rowsAt(shown, columnsOf(stream));
    const start = above === 0 ? '' : `${ansiEscapes.cursorUp(above)}${ansiEscapes.cursorLeft}`;
    shown = lines;
    const text = lines.map((line) => `${line}\n`).join('');
    stream.write(`${BEGIN}${start}${ansiEscapes.eraseDown}${text}${END}`);
  };
  const draw = (render: (columns: number) => string) => {
    if (shown.length === 0) process.on('SIGWINCH', resized);
    last = render;
    // a terminal that has just filled its last column is in a state of its own
    const text = printable(render(columnsOf(stream) - 1), hasColours(stream));
    const lines = text.split('\n').slice(1 - (stream.rows || USUAL_ROWS));
    if (lines.join('\n') !== shown.join('\n')) replace(lines);
  };
  const resized = () => draw(last);
  const clear = () => {
    process.removeListener('SIGWINCH', resized);
    if (shown.length > 0) replace([]);
  };
  return Object.assign(draw, { clear });
}

/** Rows that lines take. */
function rowsAt(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
}
