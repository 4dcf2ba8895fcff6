import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test, vi } from 'vitest';

process.env['FORCE_COLOR'] = '1';
vi.resetModules();
const { oneLine, paint, printable } = await import('../src/output/paint.js');

test('characters that control a terminal are escaped, as in JSON', () => {
  const unsafe = [
    '\u0000',
    '\u0007',
    '\b',
    '\r',
    '\u001b',
    '\u007f',
    '\u009b',
    '\u202e',
    '\u200f',
    '\ud800',
  ];
  for (const character of unsafe) {
    const hex = character.charCodeAt(0).toString(16).padStart(4, '0');
    expect(printable(`a${character}b`)).toBe(`a\\u${hex}b`);
    expect(JSON.parse(printable(JSON.stringify({ a: character })))).toEqual({ a: character });
  }
  const safe = 'Grüße, 世界 😀 שלום\tand\na line';
  expect(printable(safe)).toBe(safe);
});

test('colours are those of paint alone', () => {
  expect(printable(paint.red('own'))).toBe('\u001b[31mown\u001b[39m');
  expect(printable(paint.bold(paint.green('both')))).toBe(
    '\u001b[1m\u001b[32mboth\u001b[39m\u001b[22m',
  );
  expect(printable(paint.dim('\u001b[31mforeign\u001b[39m'))).toBe(
    '\u001b[2m\\u001b[31mforeign\\u001b[39m\u001b[22m',
  );
  expect(printable('\u001b[31;1234;5678mguessed')).toBe('\\u001b[31;1234;5678mguessed');
});

test('a line is one, whatever it is broken by', () => {
  expect(oneLine('a\r\n  b\nc\rd\u2028e')).toBe('a b c d e');
});

test('nothing else writes to a terminal', () => {
  const source = fileURLToPath(new URL('../src', import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const others = files.filter((file) => /\.ts$/.test(file) && !/-process\.ts$/.test(file));
  const writing = others.filter((file) =>
    /std(out|err)\.write\(|stream\.write\(|console\./.test(
      readFileSync(join(source, file), 'utf8'),
    ),
  );
  expect(writing).toEqual(['redraw.ts', 'terminal.ts'].map((file) => join('output', file)));
});
