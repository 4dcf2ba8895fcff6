import { Command, Option } from '@commander-js/extra-typings';

import type { Done } from './options.js';
import { common } from './options.js';

const dir = new Option('--dir <dir>', 'data folder (default: MOEKIT_HOME, else the user’s)');

const install = () =>
  new Command('install')
    .argument('<name>')
    .description('TensorFlow for this machine: fetch it, build the binding, verify it')
    .option('--gpu', 'for CUDA; fetches the CUDA libraries too')
    .option('--tensorflow <version>', 'another TensorFlow than moekit is tested with')
    .option('--wheel <file>', 'a TensorFlow wheel instead of a download')
    .option('--force', 'build again even if it is installed')
    .option('--skip-gpu-check', 'install for CUDA where no GPU is visible, as in an image build')
    .addOption(dir)
    .addOption(common.json);

const list = () =>
  new Command('list')
    .description('what is installed, and where')
    .addOption(dir)
    .addOption(common.json);

const remove = () =>
  new Command('remove')
    .argument('<name>')
    .description('remove one by its name in the list, or all of tensorflow')
    .addOption(dir);

const verify = () =>
  new Command('verify')
    .argument('[name]')
    .description('compute with it in a fresh process')
    .addOption(dir)
    .addOption(common.json);

export type InstallFlags = ReturnType<ReturnType<typeof install>['opts']>;
export type BackendFlags = ReturnType<ReturnType<typeof list>['opts']>;

const actions = () => import('./actions/backend.js');

export const backendCommand = (done: Done) =>
  new Command('backend')
    .description('native backends that npm cannot install')
    .addCommand(
      install().action(async (name, flags) =>
        done(await (await actions()).installCommand(name, flags)),
      ),
    )
    .addCommand(list().action(async (flags) => done((await actions()).listCommand(flags))))
    .addCommand(
      remove().action(async (name, flags) => done((await actions()).removeCommand(name, flags))),
    )
    .addCommand(
      verify().action(async (name, flags) =>
        done(await (await actions()).verifyCommand(name, flags)),
      ),
    );
