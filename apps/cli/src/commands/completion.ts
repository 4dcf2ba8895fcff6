import { Argument, Command } from '@commander-js/extra-typings';

/** Shells that complete moekit's command lines. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Declares `moekit completion`. */
export const completionCommand = () =>
  new Command('completion')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(SHELLS))
    .description('print a script that completes commands, options and their values in a shell');
