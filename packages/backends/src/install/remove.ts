import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { MANIFEST } from '../tensorflow/manifest.js';
import { fail } from '../errors.js';
import { lockBackend } from './lock-backend.js';
import { remove } from './staging.js';

/**
 * Removes a backend, and what a killed installation of it left.
 * @param name as `moekit backend list` shows it, or `tensorflow` for all of them      @returns what was removed
 * @throws BACKEND_NOT_INSTALLED, BACKEND_BUSY
 */
export function removeBackend(home: string, name: string): readonly string[] {
  const names = namesIn(home).filter((there) => there === name || there.startsWith(`${name}-`));
  if (names.length === 0) {
    throw fail('BACKEND_NOT_INSTALLED', {
      asked: `No backend called ${name} is installed in ${home}; installed: ${namesIn(home).join(', ') || 'none'}`,
      fix: 'See moekit backend list.',
    });
  }
  for (const each of names) removeOne(home, each);
  return names;
}

function removeOne(home: string, name: string): void {
  const release = lockBackend(home, name);
  try {
    rmSync(join(home, name, MANIFEST), { force: true }); // so that half a folder is never taken for a backend
    for (const prefix of ['', '.staging-', '.old-']) remove(join(home, `${prefix}${name}`));
  } finally {
    release();
  }
}

function namesIn(home: string): string[] {
  if (!existsSync(home)) return [];
  const found = readdirSync(home).map((name) =>
    /^(?:\.staging-|\.old-)?(tensorflow-.*)$/.exec(name),
  );
  return [...new Set(found.flatMap((match) => (match ? [match[1]!] : [])))];
}
