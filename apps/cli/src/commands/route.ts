import { Command, Option } from '@commander-js/extra-typings';

import { common } from './options.js';

/** Declares `moekit route`. */
export const routeCommand = () =>
  new Command('route')
    .argument('<run>')
    .argument('<text>', 'the text to show; - reads standard input')
    .description('show which experts of a trained language model compute each token of a text')
    .addOption(
      new Option('--by <what>', 'colour tokens by expert, or by how many experts they take')
        .choices(['expert', 'count'] as const)
        .default('expert' as const),
    )
    .option('--out <file>', 'write a page of it')
    .option('--router <file>', 'the file of your own router; a checkpoint never loads code')
    .option('--best', "the best checkpoint of a run, by the task's first metric")
    .addOption(common.backend)
    .addOption(common.wide)
    .addOption(common.verbose)
    .addOption(common.json);

export type RouteFlags = ReturnType<ReturnType<typeof routeCommand>['opts']>;
