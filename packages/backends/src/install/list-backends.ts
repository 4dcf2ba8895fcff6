import { fail } from '../errors.js';
import type { InstalledBackend } from '../tensorflow/list-installed.js';
import { bestInstalled, listInstalled } from '../tensorflow/list-installed.js';
import { restore } from './swap.js';

/** Every backend under a folder, the one that loads by default first; undoes what a killed installation left half done. */
export function listBackends(home: string): readonly InstalledBackend[] {
  restore(home);
  return listInstalled(home);
}

/**
 * One of the backends under a folder.
 * @param name as the list shows it; by default the one that loads by default
 * @throws BACKEND_NOT_INSTALLED
 */
export function findInstalled(home: string, name: string | undefined): InstalledBackend {
  const there = listBackends(home);
  const found = name === undefined ? bestInstalled(home) : there.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw fail('BACKEND_NOT_INSTALLED', {
    asked: `No backend${name === undefined ? '' : ` called ${name}`} is installed in ${home}; installed: ${there.map((each) => each.name).join(', ') || 'none'}`,
    fix: 'Run moekit backend install tensorflow.',
  });
}
