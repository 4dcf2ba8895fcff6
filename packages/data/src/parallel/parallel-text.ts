import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { fail } from '../errors.js';
import { unreadable } from '../texts/text-errors.js';
import type { ParallelCorpus, ParallelText } from './parallel-corpus.js';
import type { Languages } from './parallel-files.js';
import { linesOf, pairedStems } from './parallel-files.js';

/** Names that a split goes by, best first; another test set is any whose name starts with `test`. */
const SPLITS = {
  train: ['train'],
  validation: ['val', 'valid', 'validation', 'dev'],
  test: ['test_2016_flickr', 'test'],
} as const;

/** Share of a corpus without splits that validates, and as much that tests. */
const HELD_OUT = 0.05;

/**
 * A parallel corpus of plain or gzipped text, one sentence per line. It is a folder with `train.en`, `train.de`, `val.en` and so
 * on (the names of Multi30k; `valid`, `dev` and `test` do as well), or the common stem of one pair of files. A corpus
 * without a validation or test split is split: the last 5 % test, the 5 % before them validate.
 * @throws DATA_MISSING, DATA_BINARY, DATA_PARALLEL, DATA_SHORT, DATA_LARGE
 */
export async function readParallelText(
  path: string,
  languages: Languages,
): Promise<ParallelCorpus> {
  const isFolder = await isDirectory(path);
  const folder = isFolder ? path : dirname(path);
  const files = await pairedStems(folder, languages);
  const stems = [...files.keys()].sort();
  const read = (stem: string) => readPair(files.get(stem)!);
  const train = isFolder ? (find(stems, SPLITS.train) ?? onlyOne(stems)) : basename(path);
  if (train === undefined || !stems.includes(train)) throw missing(path, languages, stems);
  const [validation, test] = isFolder
    ? [find(stems, SPLITS.validation), find(stems, SPLITS.test) ?? testStem(stems)]
    : [];
  const held = holdOut(await read(train), { validation: !validation, test: !test });
  const name = basename(path);
  return {
    name,
    attribution: `${name}, files of the user's.`,
    train: assertSome(held.train, train),
    validation: assertSome(validation ? await read(validation) : held.validation, 'validation'),
    test: assertSome(test ? await read(test) : held.test, 'test'),
  };
}

/** A stem is not a file, so no such file may exist. */
async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return false;
      throw unreadable(path, cause);
    },
  );
}

function find(stems: readonly string[], names: readonly string[]): string | undefined {
  return names.find((name) => stems.includes(name));
}

function onlyOne(stems: readonly string[]): string | undefined {
  return stems.length === 1 ? stems[0] : undefined;
}

function testStem(stems: readonly string[]): string | undefined {
  return stems.find((stem) => stem.startsWith('test'));
}

async function readPair([from, to]: readonly [string, string]): Promise<ParallelText> {
  const source = await linesOf(from);
  const target = await linesOf(to);
  if (source.length === target.length) return { source, target };
  throw fail('DATA_PARALLEL', {
    asked: `${from} and ${to} must have the same number of lines`,
    got: `${source.length} and ${target.length}`,
    fix: 'Align the files: line n of one translates line n of the other.',
  });
}

function missing(path: string, { from, to }: Languages, stems: readonly string[]) {
  return fail('DATA_MISSING', {
    asked: `${path} must contain train.${from} and train.${to}, or one pair of files with the same stem`,
    got: stems.length === 0 ? 'no such pair' : `pairs named ${stems.join(', ')}`,
    fix: 'Check the path and the languages (data.from and data.to); .gz files are read too.',
  });
}

/** The end of a corpus, for splits that it does not have. */
function holdOut(all: ParallelText, wanted: { validation: boolean; test: boolean }) {
  const share = Math.ceil(all.source.length * HELD_OUT);
  const testFrom = all.source.length - (wanted.test ? share : 0);
  const validationFrom = testFrom - (wanted.validation ? share : 0);
  const part = (start: number, end: number): ParallelText => ({
    source: all.source.slice(start, end),
    target: all.target.slice(start, end),
  });
  return {
    train: part(0, Math.max(validationFrom, 0)),
    validation: part(Math.max(validationFrom, 0), testFrom),
    test: part(testFrom, all.source.length),
  };
}

function assertSome(text: ParallelText, split: string): ParallelText {
  if (text.source.some((line, i) => line.trim() !== '' && text.target[i]!.trim() !== '')) {
    return text;
  }
  throw fail('DATA_SHORT', {
    asked: `The ${split} split must have pairs of sentences`,
    got: `${text.source.length} lines without one`,
    fix: 'Use a longer text.',
  });
}
