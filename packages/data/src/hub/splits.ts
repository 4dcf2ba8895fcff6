import { posix } from 'node:path';

import type { HubFile } from './repository.js';

export type Splits = ReadonlyMap<string, readonly HubFile[]>;

/** Formats that are read, the most useful first; a data set of unnamed files has one of them. */
const FORMATS = [/\.parquet$/i, /\.(jsonl|ndjson)(\.gz)?$/i, /\.(txt|text)(\.gz)?$/i];

/** Texts about a data set, in no data set. */
const ABOUT = /^(readme|licen[cs]e|notice|citation|requirements|changelog)\b|^[._]/i;

/** Words that name a split in paths, as the `datasets` library knows them. */
const WORDS = {
  train: 'train|training',
  validation: 'validation|valid|val|dev',
  test: 'test|testing|eval|evaluation',
};

/** As `push_to_hub` of that library names files. */
const SHARD = /(?:^|\/)data\/([\w.]+)-\d{5}-of-\d{5}[^/]*$/;

export function isReadable({ path, size }: HubFile): boolean {
  return size > 0 && FORMATS.some((format) => format.test(path));
}

/**
 * Splits by the names of files, as the `datasets` library finds them: `data/SPLIT-00000-of-00003.parquet`, else words for
 * a split in the names of folders, else in those of files; else all are for training. Only files of the commonest format.
 */
export function splitsByName(files: readonly HubFile[]): Splits {
  const readable = files.filter((file) => isReadable(file) && !isAbout(file));
  const shards = readable.filter(({ path }) => SHARD.test(path));
  if (shards.length > 0) {
    return grouped(ofOneFormat(shards), ({ path }) => SHARD.exec(path)![1]);
  }
  const data = ofOneFormat(readable);
  for (const part of [posix.dirname, posix.basename]) {
    const found = grouped(data, ({ path }) => wordIn(part(path)));
    if (found.size > 0) return found;
  }
  return grouped(data, () => 'train');
}

/** Files by what `of` says, those that it says nothing of left out; each group in the order of names. */
export function grouped(
  files: readonly HubFile[],
  of: (file: HubFile) => string | undefined,
): Map<string, HubFile[]> {
  const groups = new Map<string, HubFile[]>();
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = of(file);
    if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  return groups;
}

function ofOneFormat(files: readonly HubFile[]): readonly HubFile[] {
  const byFormat = FORMATS.map((format) => files.filter(({ path }) => format.test(path)));
  return byFormat.reduce((most, some) => (some.length > most.length ? some : most));
}

function isAbout({ path }: HubFile): boolean {
  return path.split('/').some((part) => ABOUT.test(part));
}

function wordIn(text: string): string | undefined {
  const found = Object.entries(WORDS).find(([, words]) =>
    new RegExp(`(^|[-._ /\\d])(${words})([-._ /\\d]|$)`, 'i').test(text),
  );
  return found?.[0];
}
