import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { folderOf } from './check-name.js';
import { CreateError } from './errors.js';
import { renderTemplate } from './template.js';

export interface CreatedPackage {
  readonly name: string;
  /** Inside the working directory. */
  readonly folder: string;
  /** Paths in the folder, sorted. */
  readonly files: readonly string[];
}

/**
 * Writes a complete router package into a new folder of `cwd`. Everything is written next to it first and moved in one
 * step, so a failure leaves nothing behind.
 * @param name as npm knows packages, with or without a scope
 * @throws CREATE_NAME, CREATE_FOLDER, CREATE_WRITE
 */
export async function createRouterPackage(
  name: string,
  cwd = process.cwd(),
): Promise<CreatedPackage> {
  const folder = folderOf(name);
  const target = join(cwd, folder);
  const files = await renderTemplate(name);
  await assertFree(target, folder);
  const staging = await stagingFolder(cwd, folder);
  try {
    await writeFiles(staging, files);
    await moveInto(target, staging);
  } catch (cause) {
    await rm(staging, { recursive: true, force: true });
    throw cannotWrite(folder, cause);
  }
  return { name, folder, files: [...files.keys()] };
}

async function assertFree(target: string, folder: string): Promise<void> {
  const found = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') return [folder];
    throw cannotWrite(folder, error);
  });
  if (found.length === 0) return;
  throw new CreateError('CREATE_FOLDER', {
    asked: `The folder ${folder} must be new or empty`,
    got: `one that contains ${found.slice(0, 3).join(', ')}${found.length > 3 ? ', ...' : ''}`,
    fix: 'Choose another name, or move its files away.',
  });
}

/** In the same folder as the target, so that moving it is one rename. */
async function stagingFolder(cwd: string, folder: string): Promise<string> {
  return mkdtemp(join(cwd, `.${folder}-`)).catch((cause: unknown) => {
    throw cannotWrite(folder, cause);
  });
}

async function writeFiles(root: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

async function moveInto(target: string, staging: string): Promise<void> {
  await rmdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(staging, target);
}

function cannotWrite(folder: string, cause: unknown): CreateError {
  return new CreateError('CREATE_WRITE', {
    asked: `Cannot write to the folder ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`,
    fix: 'Run the command in a writable folder, on a disk that is not full.',
    cause,
  });
}
