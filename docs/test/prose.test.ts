import { expect, it } from 'vitest';

// @ts-expect-error a script of CI, without types
import { documentOf, textsOf } from '../../.ci/prose/texts.mjs';

interface Piece {
  readonly line: number;
  readonly text: string;
}

const piecesOf = (file: string, source: string) => textsOf(file, source) as Piece[];

it('the prose linter reads comments, messages and help of a source, each at its line', () => {
  const source = `// Two lines,
// one comment.
const url = 'https://example.org'; // after code
/** A doc comment. */
throw fail('CODE', { asked: \`The file \${name} must be \` + 'there now', got: 'none' });
`;
  expect(piecesOf('packages/x/src/a.ts', source)).toEqual([
    { line: 1, text: 'Two lines,\none comment.' },
    { line: 3, text: 'after code' },
    { line: 4, text: 'A doc comment. ' },
    { line: 5, text: 'The file `x` must be there now' },
  ]);
});

it('it reads titles of tests, and no other string of them', () => {
  const source = `describe('a group of tests', () => {
  it.each([1])('gives one of these', () => expect(say()).toBe('words that are data'));
});`;
  expect(piecesOf('packages/x/test/a.test.ts', source)).toEqual([
    { line: 1, text: 'a group of tests' },
    { line: 2, text: 'gives one of these' },
  ]);
});

it('it reads comments of shaders, C++ and shell, and leaves out directives and code', () => {
  const shader = 'const code = /* wgsl */ `\n  var x = 1; // one per row\n`;';
  expect(piecesOf('a.ts', shader)).toEqual([
    { line: 1, text: 'wgsl ' },
    { line: 2, text: 'one per row' },
  ]);
  expect(piecesOf('a.cc', 'auto u = "//no";  // yes\n// clang-format off\n')).toEqual([
    { line: 1, text: 'yes' },
  ]);
  expect(piecesOf('.ci/run', '#!/bin/sh\n# builds all\n')).toEqual([
    { line: 2, text: 'builds all' },
  ]);
});

it('a finding has the line of the file', () => {
  const { text, lines } = documentOf([
    { line: 7, text: 'one\ntwo' },
    { line: 40, text: 'three' },
  ]) as { text: string; lines: number[] };
  expect(text.split('\n').map((line, at) => `${lines[at]} ${line}`)).toEqual([
    '7 one',
    '8 two',
    '7 ',
    '40 three',
    '40 ',
  ]);
});
