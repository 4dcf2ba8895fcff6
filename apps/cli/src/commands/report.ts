import { Command } from '@commander-js/extra-typings';

import { common } from './options.js';

/** Declares `moekit report`. */
export const reportCommand = () =>
  new Command('report')
    .argument('<dirs...>')
    .description('one report of several runs')
    .option('--out <dir>', 'where results.json and report.html go', 'moekit-report')
    .addOption(common.wide)
    .addOption(common.json);

export type ReportFlags = ReturnType<ReturnType<typeof reportCommand>['opts']>;
