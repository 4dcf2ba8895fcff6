import type { Cell } from '../table/columns.js';
import { escapeUnsafe } from '../paint.js';
import { widthOf } from './measure.js';

/** Characters of a tab where text is laid out. */
const TAB = '    ';

/** A part of a line. */
interface Laid {
  readonly shown: string;
  readonly width: number;
  /** A line may be broken before it. */
  readonly startsWord: boolean;
}

/**
 * Lays painted pieces of a text one after the other, broken where the text is, and between words where a line is full. A
 * colour never runs past the end of a line: it would fill the rest of it.
 */
export function layTokens(pieces: readonly Cell[], columns: number): string[] {
  const lines: Laid[][] = [[]];
  let before = ' ';
  for (const { text, paint } of pieces) {
    const parts = text.replaceAll('\t', TAB).split('\n');
    for (const [i, part] of parts.entries()) {
      if (i > 0) lines.push([]);
      for (const fitted of chunks(escapeUnsafe(part), columns)) {
        if (fitted === '') continue;
        const startsWord = fitted.startsWith(' ') || before.endsWith(' ');
        const laid = { shown: paint?.(fitted) ?? fitted, width: widthOf(fitted), startsWord };
        lines.push(...append(lines.pop()!, laid, columns));
        before = fitted;
      }
    }
  }
  return lines.map((line) => line.map(({ shown }) => shown).join(''));
}

/** A line with one part more; two lines where it is too long, broken before its last word where that can be. */
function append(line: readonly Laid[], part: Laid, columns: number): Laid[][] {
  const all = [...line, part];
  const width = all.reduce((sum, laid) => sum + laid.width, 0);
  if (width <= columns || line.length === 0) return [all];
  const word = all.findLastIndex(({ startsWord }) => startsWord);
  const moved = all.slice(word).reduce((sum, laid) => sum + laid.width, 0);
  const at = word > 0 && moved <= columns ? word : line.length;
  return [all.slice(0, at), all.slice(at)];
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
