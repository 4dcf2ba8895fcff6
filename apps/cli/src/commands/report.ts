import { Command, Option } from '@commander-js/extra-typings';
import { tableFormats } from '@moekit/bench';

import { common } from './options.js';

/** Declares `moekit report`. */
export const reportCommand = () =>
  new Command('report')
    .argument('<dirs...>')
    .description('one report of several comparisons, or of several training runs')
    .option('--out <dir>', 'where report.html and its figures as JSON go', 'moekit-report')
    .addOption(
      new Option('--table <format>', 'print the verdicts as a table for a paper').choices(
        tableFormats,
      ),
    )
    .addOption(common.wide)
    .addOption(common.json);

export type ReportFlags = ReturnType<ReturnType<typeof reportCommand>['opts']>;
