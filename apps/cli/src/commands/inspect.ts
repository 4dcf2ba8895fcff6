import { Command } from '@commander-js/extra-typings';

import type { Done } from './options.js';
import { common } from './options.js';

const declare = () =>
  new Command('inspect')
    .argument('<path>')
    .description('show the contents of a checkpoint, a run or a results.json')
    .option('--tensors', 'list them')
    .addOption(common.json);

export type InspectFlags = ReturnType<ReturnType<typeof declare>['opts']>;

export const inspectCommand = (done: Done) =>
  declare().action(async (path, flags) => {
    const { inspect } = await import('./actions/inspect.js');
    done(await inspect(path, flags));
  });
