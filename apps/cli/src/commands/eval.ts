import { Command } from '@commander-js/extra-typings';

import { wholeNumber } from './numbers.js';
import { common } from './options.js';

/** Declares `moekit eval`. */
export const evalCommand = () =>
  new Command('eval')
    .argument('<checkpoint>')
    .description('evaluate a checkpoint, or the last one of a run, on its held-out data')
    .addOption(common.set)
    .option('--router <file>', 'the file of your own router; a checkpoint never loads code')
    .option('--task <file>', 'the file of your own task; a checkpoint never loads code')
    .option('--batches <n>', 'held-out batches', wholeNumber('--batches', 1), 64)
    .option('--best', "the best checkpoint of a run, by the task's first metric")
    .option('--measure', 'also measure metrics that need more than forward passes, such as BLEU')
    .addOption(common.backend)
    .addOption(common.device)
    .addOption(common.tf32)
    .addOption(common.wide)
    .addOption(common.verbose)
    .addOption(common.json);

export type EvalFlags = ReturnType<ReturnType<typeof evalCommand>['opts']>;
