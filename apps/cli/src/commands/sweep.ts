import { Command } from '@commander-js/extra-typings';

import { common } from './options.js';

/** Declares `moekit sweep`. */
export const sweepCommand = () =>
  new Command('sweep')
    .argument('<experiment>')
    .description("run an experiment's grid: a name such as routers/zoo, or a .json or .ts file")
    .option('--preset <name>', 'quick (two minutes) or large', 'quick')
    .addOption(common.set)
    .addOption(common.workers)
    .addOption(common.timeout)
    .option('--resume', 'keep the trials that already finished in the same folder')
    .addOption(common.backend)
    .addOption(common.device)
    .option('--out <dir>', 'where trials, results.json and report.html go')
    .addOption(common.wide)
    .addOption(common.verbose)
    .addOption(common.json)
    .addOption(common.quiet);

export type SweepFlags = ReturnType<ReturnType<typeof sweepCommand>['opts']>;
