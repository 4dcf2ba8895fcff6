import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const XDG = { cache: 'XDG_CACHE_HOME', data: 'XDG_DATA_HOME' } as const;
const LINUX = { cache: ['.cache'], data: ['.local', 'share'] } as const;
const MACOS = { cache: 'Caches', data: 'Application Support' } as const;

/**
 * The folder of moekit's files: MOEKIT_HOME, else one in the user's folder for caches (what can be made again) or data,
 * where XDG's variables or the platform have it.
 * @param platform as `process.platform`
 */
export function userFolder(
  kind: 'cache' | 'data',
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env['MOEKIT_HOME']) return env['MOEKIT_HOME'];
  const chosen = env[XDG[kind]];
  if (chosen !== undefined && isAbsolute(chosen)) return join(chosen, 'moekit');
  const home = env['HOME'] || homedir();
  if (platform === 'darwin') return join(home, 'Library', MACOS[kind], 'moekit');
  return join(home, ...LINUX[kind], 'moekit');
}
