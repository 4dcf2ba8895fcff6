import { Argument, Command } from '@commander-js/extra-typings';

import { SHELLS } from '../completion/shells.js';

/** Declares `moekit completion`. */
export const completionCommand = () =>
  new Command('completion')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(SHELLS))
    .description('print a script that completes commands, options and their values in a shell');
