import { Command, Option } from '@commander-js/extra-typings';

import { common } from './options.js';

const dir = new Option('--dir <dir>', 'data folder (default: MOEKIT_HOME, else the user’s)');

/** Declares `moekit backend`, whose subcommands are added to it. */
export const backendCommand = () =>
  new Command('backend').description('install, list and remove backends that npm cannot install');

/** Declares `moekit backend install`. */
export const installCommand = () =>
  new Command('install')
    .argument('<name>')
    .description('download TensorFlow for this machine, build its binding and verify it')
    .option('--gpu', 'for CUDA; also downloads the CUDA libraries')
    .option('--tensorflow <version>', 'another version of TensorFlow than the tested one')
    .option('--wheel <file>', 'use this TensorFlow wheel instead of downloading one')
    .option('--force', 'build again even if it is installed')
    .option('--skip-gpu-check', 'install for CUDA where no GPU is visible, as in an image build')
    .addOption(dir)
    .addOption(common.json);

/** Declares `moekit backend list`. */
export const listCommand = () =>
  new Command('list')
    .description('list the installed backends and their folders')
    .addOption(dir)
    .addOption(common.json);

/** Declares `moekit backend remove`. */
export const removeCommand = () =>
  new Command('remove')
    .argument('<name>')
    .description('remove a backend by its name in the list, or all of tensorflow')
    .addOption(dir);

/** Declares `moekit backend verify`. */
export const verifyCommand = () =>
  new Command('verify')
    .argument('[name]')
    .description('compute with a backend in a fresh process')
    .addOption(dir)
    .addOption(common.json);

export type InstallFlags = ReturnType<ReturnType<typeof installCommand>['opts']>;
export type BackendFlags = ReturnType<ReturnType<typeof listCommand>['opts']>;
