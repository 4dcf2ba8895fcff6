import { expect, test } from 'vitest';

import { userFolder } from '../src/user-folder.js';

test.each([
  ['cache', { HOME: '/h' }, 'linux', '/h/.cache/moekit'],
  ['data', { HOME: '/h' }, 'linux', '/h/.local/share/moekit'],
  ['cache', { HOME: '/h' }, 'darwin', '/h/Library/Caches/moekit'],
  ['data', { HOME: '/h' }, 'darwin', '/h/Library/Application Support/moekit'],
  ['cache', { HOME: '/h', XDG_CACHE_HOME: '/x' }, 'darwin', '/x/moekit'],
  ['data', { HOME: '/h', XDG_DATA_HOME: '/x', XDG_CACHE_HOME: '/y' }, 'linux', '/x/moekit'],
  ['cache', { HOME: '/h', XDG_CACHE_HOME: '' }, 'linux', '/h/.cache/moekit'],
  ['cache', { HOME: '/h', XDG_CACHE_HOME: 'relative' }, 'linux', '/h/.cache/moekit'],
  ['data', { HOME: '/h', XDG_DATA_HOME: '/x', MOEKIT_HOME: '/m' }, 'darwin', '/m'],
] as const)('%s with %o on %s is in %s', (kind, env, platform, wanted) => {
  expect(userFolder(kind, env, platform)).toBe(wanted);
});
