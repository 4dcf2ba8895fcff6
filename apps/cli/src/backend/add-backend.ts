import type { Command } from 'commander';

import type { BackendFlags, InstallFlags } from './command.js';
import { installCommand, listCommand, removeCommand, verifyCommand } from './command.js';

const DIR = ['--dir <dir>', 'data folder (default: MOEKIT_HOME, else the user’s)'] as const;
const JSON_FLAG = ['--json', 'print JSON'] as const;

/** `moekit backend ...`. `done` receives the exit code. */
export function addBackend(program: Command, done: (exitCode: number) => void): void {
  const backend = program.command('backend').description('native backends that npm cannot install');
  backend
    .command('install <name>')
    .description('TensorFlow for this machine: fetch it, build the binding, verify it')
    .option('--gpu', 'for CUDA; fetches the CUDA libraries too')
    .option('--tensorflow <version>', 'another TensorFlow than moekit is tested with')
    .option('--wheel <file>', 'a TensorFlow wheel instead of a download')
    .option('--force', 'build anew although it is there')
    .option('--skip-gpu-check', 'install for CUDA where no GPU is visible, as in an image build')
    .option(...DIR)
    .option(...JSON_FLAG)
    .action(async (name: string, flags: InstallFlags) => done(await installCommand(name, flags)));
  backend
    .command('list')
    .description('what is installed, and where')
    .option(...DIR)
    .option(...JSON_FLAG)
    .action((flags: BackendFlags) => done(listCommand(flags)));
  backend
    .command('remove <name>')
    .description('one as the list shows it, or all of tensorflow')
    .option(...DIR)
    .action((name: string, flags: BackendFlags) => done(removeCommand(name, flags)));
  backend
    .command('verify [name]')
    .description('compute with it in a fresh process')
    .option(...DIR)
    .option(...JSON_FLAG)
    .action(async (name: string | undefined, flags: BackendFlags) =>
      done(await verifyCommand(name, flags)),
    );
}
