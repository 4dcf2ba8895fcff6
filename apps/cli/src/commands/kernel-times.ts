import { Command } from '@commander-js/extra-typings';

import { wholeNumber } from './numbers.js';
import type { Done } from './options.js';
import { common } from './options.js';

const declare = () =>
  new Command('kernel-times')
    .description('time the dispatch kernels next to dense layers, loops and PyTorch')
    .addOption(common.backend)
    .option('--only <text>', 'only the cases whose name contains it')
    .option('--peers [python]', 'also PyTorch and Hugging Face, in this interpreter')
    .option('--repeats <n>', 'timed passes of each', wholeNumber('--repeats', 1), 9)
    .option('--check', 'say which bars are reached')
    .addOption(common.json);

export type KernelTimesFlags = ReturnType<ReturnType<typeof declare>['opts']>;

export const kernelTimesCommand = (done: Done) =>
  declare().action(async (flags) => {
    const { kernelTimes } = await import('./actions/kernel-times.js');
    done(await kernelTimes(flags));
  });
