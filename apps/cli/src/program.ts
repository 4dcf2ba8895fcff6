import { createRequire } from 'node:module';

import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Command } from '@commander-js/extra-typings';

import { backendCommand } from './commands/backend.js';
import { benchCommand } from './commands/bench.js';
import { doctorCommand } from './commands/doctor.js';
import { evalCommand } from './commands/eval.js';
import { inspectCommand } from './commands/inspect.js';
import { kernelTimesCommand } from './commands/kernel-times.js';
import { layerTimeCommand } from './commands/layer-time.js';
import { newCommand } from './commands/new.js';
import type { Done } from './commands/options.js';
import { reportCommand } from './commands/report.js';
import { sweepCommand } from './commands/sweep.js';
import { trainCommand } from './commands/train.js';
import { print } from './output/terminal.js';
import { refuseEmptyPaths } from './refuse-empty-paths.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const COMMANDS = [
  benchCommand,
  sweepCommand,
  reportCommand,
  trainCommand,
  evalCommand,
  inspectCommand,
  backendCommand,
  layerTimeCommand,
  kernelTimesCommand,
  newCommand,
  doctorCommand,
];

/** Builds the command line; a command's code is loaded when it runs. `done` receives the exit code of the one that ran. */
export function createProgram(done: Done): Command {
  const program = new Command('moekit')
    .description('Compare Mixture-of-Experts routers on your own machine.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: print, outputError: () => undefined });
  for (const command of COMMANDS) adopt(program, command(done));
  refuseEmptyPaths(program);
  return program;
}

/** Adds a command that was made apart; it exits and prints as the program does. */
function adopt(parent: CommandUnknownOpts, command: CommandUnknownOpts): void {
  command.copyInheritedSettings(parent);
  for (const subcommand of command.commands) subcommand.copyInheritedSettings(command);
  parent.addCommand(command);
}
