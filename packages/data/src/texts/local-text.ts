import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

import { assertRegular } from '@moekit/files';

import { formatOf } from './formats.js';
import { unreadable } from './text-errors.js';
import { textFiles } from './text-files.js';
import type { TextFile, TextInput } from './text-input.js';

/**
 * A file of the user's, or every text below a folder in the order of their names.
 * @throws DATA_MISSING, DATA_FORMAT for an ending that is not known
 */
export async function localText(path: string, field: string): Promise<TextInput> {
  const found = await coded(path, () => stat(path));
  const files = found.isDirectory() ? await textFiles(path) : [path];
  const name = basename(path);
  const train: TextFile[] = [];
  for (const file of files) train.push(await localFile(file));
  return { name, attribution: `${name}, a file of the user's.`, source: path, field, train };
}

async function localFile(path: string): Promise<TextFile> {
  await coded(path, async () => assertRegular(await stat(path), path));
  // a writer may set mtime back, but not ctime
  const { size, ino, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  formatOf(path);
  return { path, identity: [resolve(path), ...[size, ino, mtimeNs, ctimeNs].map(String)] };
}

async function coded<Result>(path: string, look: () => Promise<Result>): Promise<Result> {
  return look().catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}
