import type { Misfits, Path } from '@moekit/core';
import type { Node, ParseError } from 'jsonc-parser';
import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser';

/** A value and the places of its parts in the file, as `FILE:LINE:COLUMN`. */
export interface Placed {
  readonly value: unknown;
  /** Of the part itself, or the nearest that contains it where it is not written out. */
  at(path: Path): string | undefined;
}

/** The mistakes of a parser, as a reader would put them. */
const WORDS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word that is not JSON: texts go in double quotes',
  InvalidNumberFormat: 'a number that is not JSON',
  PropertyNameExpected:
    'a key in double quotes is missing here, perhaps because of a comma after the last entry',
  ValueExpected: 'a value is missing here, perhaps because of a comma after the last entry',
  ColonExpected: 'a colon is missing here',
  CommaExpected: 'a comma is missing here',
  CloseBraceExpected: 'a closing } is missing here',
  CloseBracketExpected: 'a closing ] is missing here',
  EndOfFileExpected: 'more text after the value',
  InvalidCommentToken: 'a comment, which JSON does not have: name the file .jsonc',
  UnexpectedEndOfComment: 'a comment without an end',
  UnexpectedEndOfString: 'a text without a closing double quote',
  UnexpectedEndOfNumber: 'a number without an end',
  InvalidUnicode: 'an escape \\u without four digits',
  InvalidEscapeCharacter: 'a \\ before a character that needs none',
  InvalidCharacter: 'a line break or control character in a text',
};

/**
 * Parses JSON, keeping where everything is written. With `comments` (JSONC) it may hold comments and trailing commas.
 * @param file its name, for places      @throws never: what is wrong comes back as `wrong`, every mistake with its place
 */
export function readJson(
  text: string,
  file: string,
  comments: boolean,
): Placed | { readonly wrong: Misfits } {
  const source = text.replace(/^\uFEFF/, '');
  const placeOf = (offset: number) => `${file}:${lineAndColumn(source, offset)}`;
  try {
    const errors: ParseError[] = [];
    const options = { allowTrailingComma: comments, disallowComments: !comments };
    const root = parseTree(source, errors, options);
    if (source.trim() === '')
      return { wrong: { got: 'an empty file', fix: 'Write an object: {}' } };
    const mistakes = root && errors.length === 0 ? repeatedKeys(root) : firstOfEachPlace(errors);
    if (mistakes.length > 0 || !root) return { wrong: misfits(mistakes, placeOf) };
    const value: unknown = comments ? getNodeValue(root) : JSON.parse(source);
    return { value, at: (path) => placeIn(root, path, placeOf) };
  } catch (cause) {
    const got = cause instanceof RangeError ? 'objects or arrays nested too deeply' : String(cause);
    return { wrong: { got, fix: 'Correct the JSON.' } };
  }
}

/** A mistake in words, and where it is in the text. */
interface Mistake {
  readonly words: string;
  readonly offset: number;
}

function misfits(mistakes: readonly Mistake[], placeOf: (offset: number) => string): Misfits {
  const lines = mistakes.map(({ words, offset }) => `${placeOf(offset)} ${words}`);
  if (lines.length > 1) {
    const told = lines.map((line) => `${line}.`);
    return { got: `${lines.length} mistakes`, fix: 'Correct each of them:', mistakes: told };
  }
  return { got: lines[0] ?? 'an empty file', fix: 'Correct the JSON there.' };
}

/** A parser that recovers may complain of one place several times, and of the value that a wrong word is not. */
function firstOfEachPlace(errors: readonly ParseError[]): readonly Mistake[] {
  const told = errors.map(({ error, offset }) => ({ name: printParseErrorCode(error), offset }));
  return told
    .filter(({ offset }, i) => told.findIndex((other) => other.offset === offset) === i)
    .filter(({ name }, i, all) => name !== 'ValueExpected' || all[i - 1]?.name !== 'InvalidSymbol')
    .map(({ name, offset }) => ({ words: WORDS[name] ?? 'text that is not JSON', offset }));
}

/** JSON.parse would keep the last one without a word. */
function repeatedKeys({ type, children = [] }: Node): readonly Mistake[] {
  const keys = type === 'object' ? children.map((property) => property.children![0]!) : [];
  const repeated = keys.filter(({ value }, i) => keys.findIndex((key) => key.value === value) < i);
  return [
    ...repeated.map(({ value, offset }) => ({
      words: `the key ${JSON.stringify(value)} a second time`,
      offset,
    })),
    ...children.flatMap(repeatedKeys),
  ];
}

function lineAndColumn(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `${lines.length}:${lines.at(-1)!.length + 1}`;
}

function placeIn(root: Node, path: Path, placeOf: (offset: number) => string) {
  for (let length = path.length; length >= 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length) as (string | number)[]);
    // an entry that is not in the file comes from elsewhere: a flag
    if (!node && typeof path[length - 1] === 'number') return undefined;
    if (node) return placeOf((node.parent?.type === 'property' ? node.parent : node).offset);
  }
  return undefined;
}
