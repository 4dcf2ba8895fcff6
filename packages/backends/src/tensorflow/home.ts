import { join } from 'node:path';

import { userFolder } from '@moekit/files';

/**
 * The folder under which backends are installed: in MOEKIT_HOME, else in the user's data folder.
 * @param platform as `process.platform`
 */
export function backendHome(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(userFolder('data', env, platform), 'backends');
}
