import { Command } from '@commander-js/extra-typings';

import { numberBetween, wholeNumber } from './numbers.js';
import { common } from './options.js';

/** Declares `moekit generate`. */
export const generateCommand = () =>
  new Command('generate')
    .argument('<run>')
    .description('continue a text with a trained language model')
    .requiredOption('--prompt <text>', 'the text to continue; - reads standard input')
    .option('--max-tokens <n>', 'tokens to generate at most', wholeNumber('--max-tokens', 0), 200)
    .option(
      '--temperature <t>',
      "0 takes the likeliest token, 1 draws from the model's own distribution",
      numberBetween('--temperature', 0, Infinity),
      0.8,
    )
    .option(
      '--top-k <n>',
      'draw among this many of the likeliest tokens',
      wholeNumber('--top-k', 1),
    )
    .option(
      '--top-p <p>',
      'draw among the likeliest tokens that reach this probability together',
      numberBetween('--top-p', 0, 1),
    )
    .option('--seed <n>', 'the same seed draws the same text', wholeNumber('--seed'), 1)
    .option('--no-cache', 'compute the whole context for each token: the same text, slower')
    .option('--router <file>', 'the file of your own router; a checkpoint never loads code')
    .option('--best', "the best checkpoint of a run, by the task's first metric")
    .addOption(common.backend)
    .addOption(common.device)
    .addOption(common.tf32)
    .addOption(common.verbose)
    .addOption(common.json)
    .addOption(common.quiet);

export type GenerateFlags = ReturnType<ReturnType<typeof generateCommand>['opts']>;
