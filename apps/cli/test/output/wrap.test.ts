import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';

import { layTokens } from '../../src/output/text/lay-tokens.js';
import { wrap } from '../../src/output/text/wrap.js';
import { columnsOf, hasColours } from '../../src/output/terminal.js';

test('lines are broken between words, and all words are kept', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.integer({ min: 12, max: 120 }),
      (given, columns) => {
        const text = given.replace(/\p{C}/gu, ' ').normalize();
        const lines = wrap([text], columns, { hanging: '  ' });
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
        expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      },
    ),
  );
});

test('an indented line keeps its indent, a pipe its whole lines', () => {
  expect(wrap(['  one two three four'], 12)).toEqual(['  one two', '  three four']);
  expect(wrap(['one two three'], Infinity)).toEqual(['one two three']);
  expect(wrap(['one two three'], 9, { hanging: '    ' })).toEqual(['one two', '    three']);
});

test('tokens are laid out without a line that is too long, or a colour across a break', () => {
  const mark = (text: string) => `<${text}>`;
  const pieces = ['To be', ' or', ' not\nto', ' be'].map((text) => ({ text, paint: mark }));
  expect(layTokens(pieces, 9)).toEqual(['<To be>< or>', '< not>', '<to>< be>']);
  expect(layTokens([{ text: 'abcdefgh' }], 3)).toEqual(['abc', 'def', 'gh']);
  const bytes = [...'It is the east, and Juliet'].map((text) => ({ text }));
  expect(layTokens(bytes, 21)).toEqual(['It is the east, and ', 'Juliet']);
  expect(
    layTokens(
      [...'abcdefgh'].map((text) => ({ text })),
      3,
    ),
  ).toEqual(['abc', 'def', 'gh']);
});

const pipe = { isTTY: false } as never;
const terminal = (columns?: number) => ({ isTTY: true, columns }) as never;

test.each([
  [pipe, {}, Infinity],
  [pipe, { COLUMNS: '72' }, 72],
  [pipe, { COLUMNS: 'wide' }, Infinity],
  [terminal(100), {}, 100],
  [terminal(100), { COLUMNS: '72' }, 100],
  [terminal(0), {}, 80],
  [terminal(0), { COLUMNS: '72' }, 72],
  [terminal(3), {}, 20],
])('columns of %j with %j are %s', (stream, env, columns) => {
  expect(columnsOf(stream, env)).toBe(columns);
});

test.each([
  [pipe, {}, false],
  [pipe, { FORCE_COLOR: '1' }, true],
  [pipe, { CI: 'true' }, false],
  [terminal(), {}, true],
  [terminal(), { NO_COLOR: '1' }, false],
  [terminal(), { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  [terminal(), { FORCE_COLOR: '0' }, false],
  [terminal(), { TERM: 'dumb' }, false],
])('%j with %j has colours: %s', (stream, env, expected) => {
  expect(hasColours(stream, env)).toBe(expected);
});
