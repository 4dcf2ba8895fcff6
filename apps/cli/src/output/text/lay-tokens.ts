import type { Cell } from '../table/columns.js';
import { escapeUnsafe } from '../paint.js';
import { widthOf } from './measure.js';

/** Characters of a tab where text is laid out. */
const TAB = '    ';

/**
 * Lays painted pieces of a text one after the other, broken where the text is, and before a piece that a line has no room
 * for. A colour never runs past the end of a line: it would fill the rest of it.
 */
export function layTokens(pieces: readonly Cell[], columns: number): string[] {
  const lines: string[] = [];
  let [line, width] = ['', 0];
  const end = () => {
    lines.push(line);
    [line, width] = ['', 0];
  };
  for (const { text, paint } of pieces) {
    const parts = text.replaceAll('\t', TAB).split('\n');
    for (const [i, part] of parts.entries()) {
      if (i > 0) end();
      for (const fitted of chunks(escapeUnsafe(part), columns)) {
        if (width > 0 && width + widthOf(fitted) > columns) end();
        line += fitted === '' ? '' : (paint?.(fitted) ?? fitted);
        width += widthOf(fitted);
      }
    }
  }
  end();
  return lines;
}

/** A piece in parts that each fit into a line. */
function chunks(text: string, columns: number): string[] {
  if (widthOf(text) <= columns) return [text];
  const parts = [''];
  for (const character of text) {
    if (widthOf(parts.at(-1)! + character) > columns) parts.push('');
    parts[parts.length - 1] += character;
  }
  return parts;
}
