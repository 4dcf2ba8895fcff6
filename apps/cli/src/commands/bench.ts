import { Command } from '@commander-js/extra-typings';

import { seeds, wholeNumber } from './numbers.js';
import { collect, common } from './options.js';

/** Declares `moekit bench`. */
export const benchCommand = () =>
  new Command('bench')
    .description('train the same language model under every router and compare them')
    .option('--routers <list>', 'rows, e.g. switch,threshold?threshold=0.5 (dense is always added)')
    .option(
      '--router <file>',
      'your own router: a file, folder or package, with #export and ?option=value; repeatable',
      collect,
      [],
    )
    .option('--seeds <n>', 'how many seeds, or a list such as 1,5,7', seeds)
    .option('--steps <n>', 'training steps', wholeNumber('--steps'))
    .addOption(common.backend)
    .addOption(common.device)
    .addOption(common.tf32)
    .option('--task <name>', 'lm, translation, vision-language, ./my-task.ts or a package')
    .addOption(common.data)
    .addOption(common.tokenizer)
    .option('--config <file>', 'an experiment, .json or .ts; flags override it')
    .option('--out <dir>', 'where results.json and report.html go')
    .addOption(common.workers)
    .addOption(common.timeout)
    .addOption(common.wide)
    .addOption(common.verbose)
    .addOption(common.json)
    .addOption(common.quiet);

export type BenchFlags = ReturnType<ReturnType<typeof benchCommand>['opts']>;
