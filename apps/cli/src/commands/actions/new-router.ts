import { createRouterPackage, nextSteps } from 'create-moekit';

import { print } from '../../output/terminal.js';

/**
 * Writes a router package into a new folder here and says what to type next.
 * @returns the exit code      @throws CREATE_NAME, CREATE_FOLDER, CREATE_WRITE
 */
export async function newRouter(name: string): Promise<number> {
  print(nextSteps(await createRouterPackage(name)));
  return 0;
}
