import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { inject } from 'vitest';

import { succeed } from './run.js';

/** Third-party packages come from npm's cache where it has them; nothing is looked up that is not needed. */
const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

export const npmInstall = (
  cwd: string,
  specs: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) => succeed('npm', ['install', ...QUIET, ...specs], { cwd, env });

/** The packed files of these packages. */
export function tarballs(...names: readonly string[]): string[] {
  const packages = inject('packages');
  return names.map((name) => packages.find((packed) => packed.name === name)!.file);
}

/** An empty folder outside the workspace with a package.json and these files. */
export async function emptyProject(
  name: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = join(inject('scratch'), 'projects', name);
  await mkdir(folder, { recursive: true });
  const manifest = { name, version: '1.0.0', private: true };
  for (const [path, text] of Object.entries({
    'package.json': JSON.stringify(manifest),
    ...files,
  })) {
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** Checks a file's types against the packed types of what it imports. @param types packages of global types */
export async function typeCheck(
  cwd: string,
  file: string,
  ...types: readonly string[]
): Promise<void> {
  const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc6', import.meta.url));
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022']; // prettier-ignore
  await succeed(
    process.execPath,
    [tsc, ...flags, '--lib', 'es2023,dom', ...types.flatMap((name) => ['--types', name]), file],
    { cwd },
  );
}

/** The numbers at the end of the lines that a program printed. */
export function lossesIn(stdout: string): number[] {
  return [...stdout.matchAll(/([\d.]+(?:e-?\d+)?)\s*$/gm)].map(([, loss]) => Number(loss));
}
