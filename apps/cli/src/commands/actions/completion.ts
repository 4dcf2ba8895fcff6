import { SCRIPTS } from '../../completion/scripts.js';
import { print } from '../../output/terminal.js';
import type { Shell } from '../../completion/shells.js';

/** Prints the script of a shell. @returns the exit code */
export function completion(shell: Shell): number {
  print(SCRIPTS[shell]);
  return 0;
}
