import { Command } from '@commander-js/extra-typings';

import { common } from './options.js';

/** Declares `moekit tasks`. */
export const tasksCommand = () =>
  new Command('tasks')
    .argument('[task]', 'a name, a file or a package, as --task takes it')
    .description('list the tasks, or what one trains on, its metrics and its options')
    .addOption(common.wide)
    .addOption(common.json);

export type TasksFlags = ReturnType<ReturnType<typeof tasksCommand>['opts']>;
