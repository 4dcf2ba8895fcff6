import { basename, extname } from 'node:path';

import { fail } from '../errors.js';
import { shown } from './text-errors.js';

export type TextFormat = 'text' | 'json-lines' | 'parquet';

const ENDINGS: Readonly<Record<string, TextFormat>> = {
  '.txt': 'text',
  '.text': 'text',
  '.md': 'text',
  '.jsonl': 'json-lines',
  '.ndjson': 'json-lines',
  '.parquet': 'parquet',
};

/** Endings that are read, for messages. */
export const KNOWN_ENDINGS = Object.keys(ENDINGS).join(', ');

const isGzip = (name: string) => extname(name) === '.gz';

/** A path's ending in lower case, that of what is inside for `.gz`. */
function endingOf(path: string): string {
  const name = basename(path).toLowerCase();
  return extname(isGzip(name) ? name.slice(0, -3) : name);
}

/** Whether the bytes of a file are gzipped, by its name. */
export function isGzipped(path: string): boolean {
  return isGzip(path.toLowerCase());
}

/** Whether a folder's file is one of its texts. */
export function hasTextEnding(path: string): boolean {
  return Object.hasOwn(ENDINGS, endingOf(path));
}

/** How a file is read, by its ending in any case; without one it is plain text. @throws DATA_FORMAT */
export function formatOf(path: string): TextFormat {
  const ending = endingOf(path);
  if (ending === '') return 'text';
  if (Object.hasOwn(ENDINGS, ending)) return ENDINGS[ending]!;
  throw fail('DATA_FORMAT', {
    asked: `A text file must end in ${KNOWN_ENDINGS}, with .gz after it if compressed, or have no ending`,
    got: shown(path),
    fix: 'Convert the file to one of these formats. To read plain text with another ending, name it (or a link to it) with .txt.',
  });
}
