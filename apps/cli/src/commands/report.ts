import { Command } from '@commander-js/extra-typings';

import type { Done } from './options.js';
import { common } from './options.js';

const declare = () =>
  new Command('report')
    .argument('<dirs...>')
    .description('one report of several runs')
    .option('--out <dir>', 'where results.json and report.html go', 'moekit-report')
    .addOption(common.json);

export type ReportFlags = ReturnType<ReturnType<typeof declare>['opts']>;

export const reportCommand = (done: Done) =>
  declare().action(async (folders, flags) => {
    const { report } = await import('./actions/report.js');
    done(await report(folders, flags));
  });
