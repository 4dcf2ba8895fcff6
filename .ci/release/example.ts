import { cp, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { inject } from 'vitest';

import type { Registry } from './registry.js';
import { succeed } from './run.js';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** Copies an example into an empty folder. */
async function copyExample(name: string): Promise<string> {
  const cwd = join(inject('scratch'), 'examples', name);
  const filter = (path: string) => !/^(node_modules|dist|run|results)$/.test(basename(path));
  await cp(join(inject('examples'), name), cwd, { recursive: true, filter });
  return cwd;
}

/** Copies an example and installs what its lock says. */
export async function installExample(name: string, { env }: Registry): Promise<string> {
  const cwd = await copyExample(name);
  await succeed('npm', ['ci', ...QUIET], { cwd, env });
  return cwd;
}

interface Lock {
  packages: Readonly<Record<string, { integrity?: string; resolved?: string }>>;
}

/**
 * Writes the lock of an example, with the pins of other packages that it has. Addresses are left out, so that any registry
 * serves; so are the hashes of moekit's packages, which exist only once the version is published.
 */
export async function renewLock(name: string, { env }: Registry): Promise<void> {
  const cwd = await copyExample(name);
  const file = join(cwd, 'package-lock.json');
  const own = new Set(inject('packages').map((packed) => packed.name));
  const isOwn = (path: string) => own.has(path.replace(/^.*node_modules\//, ''));
  const edit = async (change: (lock: Lock) => void) => {
    const lock = JSON.parse(await readFile(file, 'utf8')) as Lock;
    change(lock);
    await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
  };
  // npm reads a locked package's dependencies from the lock, and these are what changed
  await edit((lock) => {
    const others = Object.entries(lock.packages).filter(([path]) => !isOwn(path));
    lock.packages = Object.fromEntries(others);
  });
  const flags = ['--package-lock-only', '--omit-lockfile-registry-resolved', ...QUIET];
  await succeed('npm', ['install', ...flags], { cwd, env });
  await edit(({ packages }) => {
    for (const [path, entry] of Object.entries(packages)) {
      delete entry.resolved;
      if (isOwn(path)) delete entry.integrity;
    }
  });
  await cp(file, join(examples, name, 'package-lock.json'));
}
