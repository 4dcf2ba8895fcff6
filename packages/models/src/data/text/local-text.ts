import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { unreadable } from './text-errors.js';
import type { TextFile, TextInput } from './text-input.js';

/** What a folder is searched for; a file that is named itself may have any other ending. */
const ENDINGS = ['.txt', '.text', '.md', '.jsonl', '.ndjson', '.parquet'];

/**
 * A file of the user's, or every text below a folder in the order of their names.
 * @throws MODELS_DATA_MISSING
 */
export async function localText(path: string, field: string): Promise<TextInput> {
  const found = await statOf(path);
  const files = found.isDirectory() ? await textFiles(path) : [path];
  const name = basename(path);
  return {
    name,
    attribution: `${name}, a file of the user's.`,
    source: path,
    field,
    train: await Promise.all(files.map(localFile)),
  };
}

async function localFile(path: string): Promise<TextFile> {
  const { size, mtimeMs } = await statOf(path);
  return { path, identity: [resolve(path), size, mtimeMs] };
}

function statOf(path: string) {
  return stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

async function textFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => ENDINGS.some((end) => file.endsWith(end) || file.endsWith(`${end}.gz`)))
    .sort();
  if (files.length > 0) return files;
  throw unreadable(folder, new Error(`no file that ends in ${ENDINGS.join(', ')}`));
}
