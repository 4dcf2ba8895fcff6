import { stripVTControlCharacters } from 'node:util';

import stringWidth from 'string-width';
import { expect } from 'vitest';

/** Widths that every output is tried at. */
export const WIDTHS = [40, 80, 120] as const;

/** Fails where a line is wider than the terminal or shows an invalid figure. */
export function expectToFit(text: string, columns: number): void {
  const lines = stripVTControlCharacters(text).split('\n');
  const wide = lines.filter((line) => stringWidth(line) > columns);
  expect(wide, `wider than ${columns}`).toEqual([]);
  expect(lines.filter((line) => /NaN|undefined|\[object/.test(line))).toEqual([]);
}
