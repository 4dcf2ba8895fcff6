import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where things are kept that can be made again: below MOEKIT_HOME, else where the user's caches are. */
export function cacheFolder(
  kind: 'tokenizers' | 'tokens' | 'datasets',
  env: NodeJS.ProcessEnv = process.env,
): string {
  if (env['MOEKIT_HOME']) return join(env['MOEKIT_HOME'], kind);
  return join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'moekit', kind);
}
