import { Command } from '@commander-js/extra-typings';

import { wholeNumber } from './numbers.js';
import { common } from './options.js';

/** Declares `moekit kernel-times`. */
export const kernelTimesCommand = () =>
  new Command('kernel-times')
    .description('time the dispatch kernels next to dense layers, loops and PyTorch')
    .addOption(common.backend)
    .option('--only <text>', 'only the cases whose name contains this text')
    .option('--peers [python]', 'also time PyTorch and Hugging Face, with this Python')
    .option('--repeats <n>', 'timed passes of each contender', wholeNumber('--repeats', 1), 9)
    .option('--check', 'say which bars are reached')
    .addOption(common.wide)
    .addOption(common.verbose)
    .addOption(common.json);

export type KernelTimesFlags = ReturnType<ReturnType<typeof kernelTimesCommand>['opts']>;
