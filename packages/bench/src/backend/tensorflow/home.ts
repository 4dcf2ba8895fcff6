import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder under which backends are installed: MOEKIT_HOME, else the user's data folder.
 * @param platform as `process.platform`
 */
export function backendHome(
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(dataFolder(env, platform), 'backends');
}

function dataFolder(env: Environment, platform: NodeJS.Platform): string {
  if (env['MOEKIT_HOME']) return env['MOEKIT_HOME'];
  const home = env['HOME'] || homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'moekit');
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'moekit');
}
