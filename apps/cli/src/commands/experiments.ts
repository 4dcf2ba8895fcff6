import { Command } from '@commander-js/extra-typings';

import { common } from './options.js';

/** Declares `moekit experiments`. */
export const experimentsCommand = () =>
  new Command('experiments')
    .argument('[experiment]', 'a name, as moekit sweep takes it')
    .description("list the experiments, or one's question, what its paper says, and its rows")
    .addOption(common.wide)
    .addOption(common.json);

export type ExperimentsFlags = ReturnType<ReturnType<typeof experimentsCommand>['opts']>;
