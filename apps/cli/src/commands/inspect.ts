import { Command } from '@commander-js/extra-typings';

import { common } from './options.js';

/** Declares `moekit inspect`. */
export const inspectCommand = () =>
  new Command('inspect')
    .argument('<path>')
    .description('show the contents of a checkpoint, a run or a results.json')
    .option('--tensors', 'list the tensors')
    .addOption(common.wide)
    .addOption(common.json);

export type InspectFlags = ReturnType<ReturnType<typeof inspectCommand>['opts']>;
