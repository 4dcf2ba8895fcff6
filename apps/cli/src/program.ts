import { createRequire } from 'node:module';

import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Command } from '@commander-js/extra-typings';
import type { MoekitError } from '@moekit/kernels/error';

import { bindCommands } from './bind-commands.js';
import type { Done } from './bind-commands.js';
import { fittedHelp } from './help/fitted-help.js';
import { groupHelp } from './help/groups.js';
import { print } from './output/terminal.js';
import { refuseEmptyPaths } from './refuse-empty-paths.js';
import { watchValues } from './usage/watch-values.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/**
 * Builds the command line; a command's code is loaded when it runs.
 * @param done receives the exit code of the one that ran      @param found receives what is wrong with values
 */
export function createProgram(done: Done, found: MoekitError[] = []): Command {
  const program = new Command('moekit')
    .description('Compare Mixture-of-Experts routers on your own machine.')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: print, outputError: () => undefined })
    .configureHelp(fittedHelp);
  for (const command of bindCommands(done)) adopt(program, command);
  refuseEmptyPaths(program, found);
  watchValues(program, found);
  groupHelp(program);
  return program;
}

/** Adds a command that was made apart; it exits and prints as the program does. */
function adopt(parent: CommandUnknownOpts, command: CommandUnknownOpts): void {
  command.copyInheritedSettings(parent);
  for (const subcommand of command.commands) subcommand.copyInheritedSettings(command);
  parent.addCommand(command);
}
