import stringWidth from 'string-width';

import { escapeUnsafe, oneLine } from '../paint.js';

/** Characters that a text takes in a terminal: 2 for one of East Asia or an emoji, 0 for a combining mark or a colour. */
export const widthOf = (text: string): number => stringWidth(text);

/** Text from anywhere as one printable line, which `widthOf` measures right. */
export function plainLine(text: string): string {
  return escapeUnsafe(oneLine(text).replaceAll('\t', ' '));
}

/** Fills a line up to a width with spaces. A longer one stays. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + space : space + text;
}
