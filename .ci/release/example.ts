import { cp, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { inject } from 'vitest';

import type { Registry } from './registry.js';
import { succeed } from './run.js';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** Copies an example into an empty folder and installs what its lock says. `npm run examples:lock` renews the lock first. */
export async function installExample(name: string, { env }: Registry): Promise<string> {
  const cwd = join(inject('scratch'), 'examples', name);
  const filter = (path: string) => !/^(node_modules|dist|run|results)$/.test(basename(path));
  await cp(join(inject('examples'), name), cwd, { recursive: true, filter });
  if (process.env['MOEKIT_LOCK_EXAMPLES']) await renewLock(name, cwd, env);
  await succeed('npm', ['ci', ...QUIET], { cwd, env });
  return cwd;
}

/**
 * Writes the lock of an example, with the pins that it has. Addresses are left out, so that any registry serves; so are
 * the hashes of moekit's packages, which exist only once the version is published.
 */
async function renewLock(name: string, cwd: string, env: Registry['env']): Promise<void> {
  const flags = ['--package-lock-only', '--omit-lockfile-registry-resolved', ...QUIET];
  await succeed('npm', ['install', ...flags], { cwd, env });
  const lock = JSON.parse(await readFile(join(cwd, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { integrity?: string; resolved?: string }>>;
  };
  const own = new Set(inject('packages').map((packed) => packed.name));
  for (const [path, entry] of Object.entries(lock.packages)) {
    delete entry.resolved;
    if (own.has(path.replace(/^.*node_modules\//, ''))) delete entry.integrity;
  }
  const text = `${JSON.stringify(lock, null, 2)}\n`;
  await writeFile(join(cwd, 'package-lock.json'), text);
  await writeFile(join(examples, name, 'package-lock.json'), text);
}
