import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { fail } from '../errors.js';
import { isGzipped } from '../texts/formats.js';
import { readChunks } from '../texts/read-file.js';
import { shown, unreadable } from '../texts/text-errors.js';
import { checkedUtf8 } from '../texts/utf8.js';

export interface Languages {
  /** Endings of the files: `en` of `train.en` or `train.en.gz`. */
  readonly from: string;
  readonly to: string;
}

/** All of a corpus is in memory, as text and as ids. */
const LARGEST_FILE = 2 ** 27;
const MOST_LINES = 2 ** 23;

/** Characters of a sentence. */
const LONGEST_LINE = 2 ** 20;

/**
 * The files of a folder that are there in both languages, by what they are called without their endings (of any case).
 * @throws DATA_MISSING
 */
export async function pairedStems(
  folder: string,
  { from, to }: Languages,
): Promise<Map<string, readonly [string, string]>> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  const [sources, targets] = [from, to].map((language) => stemsOf(names.toSorted(), language));
  const pairs = [...sources!].flatMap(([stem, source]) => {
    const target = targets!.get(stem);
    return target === undefined
      ? []
      : [[stem, [join(folder, source), join(folder, target)]] as const];
  });
  return new Map(pairs as readonly (readonly [string, readonly [string, string]])[]);
}

/** Names by stem: a plain file before a gzipped one. */
function stemsOf(names: readonly string[], language: string): Map<string, string> {
  const stems = new Map<string, string>();
  const ending = `.${language.toLowerCase()}`;
  for (const packed of [true, false]) {
    for (const name of names.filter((one) => isGzipped(one) === packed)) {
      const plain = packed ? name.slice(0, -3) : name;
      if (plain.toLowerCase().endsWith(ending)) stems.set(plain.slice(0, -ending.length), name);
    }
  }
  return stems;
}

/**
 * The lines of a text, plain or gzipped, without their ends (LF or CRLF).
 * @throws DATA_MISSING, DATA_BINARY, DATA_LARGE
 */
export async function linesOf(path: string): Promise<string[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const lines: string[] = [];
  let rest = '';
  let size = 0;
  for await (const chunk of checkedUtf8(readChunks(path), path)) {
    size += chunk.length;
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop()!;
    for (const line of parts) lines.push(withoutReturn(line));
    if (size > LARGEST_FILE || lines.length > MOST_LINES || rest.length > LONGEST_LINE)
      throw tooLarge(path);
  }
  return rest === '' ? lines : [...lines, withoutReturn(rest)];
}

const withoutReturn = (line: string) => (line.endsWith('\r') ? line.slice(0, -1) : line);

function tooLarge(path: string) {
  return fail('DATA_LARGE', {
    asked: `Parallel text is held in memory, so ${shown(path)} may have at most ${LARGEST_FILE} bytes, ${MOST_LINES} lines and ${LONGEST_LINE} characters per line`,
    got: 'more',
    fix: 'Use part of the corpus.',
  });
}
