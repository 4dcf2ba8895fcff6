import { Command } from '@commander-js/extra-typings';

import { common } from './options.js';

/** Declares `moekit routers`. */
export const routersCommand = () =>
  new Command('routers')
    .argument('[router]', 'a name, a file or a package, as --router takes it')
    .description('list the routers, or the options of one with their defaults')
    .addOption(common.wide)
    .addOption(common.json);

export type RoutersFlags = ReturnType<ReturnType<typeof routersCommand>['opts']>;
