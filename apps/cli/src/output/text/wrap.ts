import wrapAnsi from 'wrap-ansi';

import { widthOf } from './measure.js';

/** Characters that a line has at least: one of East Asia takes two. */
const LEAST = 2;

interface WrapOptions {
  /** Written before every line but the first. */
  readonly hanging?: string;
}

/**
 * Breaks plain lines between words; a word that is longer than a line is broken where the line ends.
 * @param columns of the terminal; Infinity leaves lines whole
 */
export function wrap(
  lines: readonly string[],
  columns: number,
  { hanging = '' }: WrapOptions = {},
): string[] {
  if (!Number.isFinite(columns)) return [...lines];
  const width = Math.max(LEAST, columns);
  return lines.flatMap((given) => {
    const line = given.normalize(); // as it comes back from wrapping
    if (widthOf(line) <= width) return [line];
    const [first = '', ...rest] = broken(line, width);
    const more = line.trimStart().slice(first.trim().length).trimStart();
    if (rest.length === 0 || hanging === '') return [first, ...rest];
    const room = Math.max(LEAST, width - widthOf(hanging));
    return [first, ...broken(more, room).map((text) => `${hanging}${text}`)];
  });
}

/** Keeps the spaces that a line starts with. */
function broken(line: string, width: number): string[] {
  const [indent = ''] = /^ */.exec(line) ?? [];
  const room = Math.max(LEAST, width - indent.length);
  const wrapped = wrapAnsi(line.trimStart(), room, { hard: true });
  return wrapped.split('\n').map((text) => `${indent}${text.trimEnd()}`);
}
