import { Command } from '@commander-js/extra-typings';

import { wholeNumber } from './numbers.js';
import { common } from './options.js';

/** Declares `moekit train`. */
export const trainCommand = () =>
  new Command('train')
    .argument('[run]', 'the folder of the run, as --out')
    .description('train one model, with checkpoints for exact resume')
    .option('--task <name>', 'lm, translation, vision-language, ./my-task.ts or a package')
    .addOption(common.data)
    .addOption(common.tokenizer)
    .option('--router <spec>', 'dense, threshold?threshold=0.5, ./my-router.ts, ...')
    .option('--config <file>', 'a run as .json or .ts; flags override it')
    .addOption(common.set)
    .option(
      '--steps <n>',
      'all training steps; with --resume, more of them continue a run',
      wholeNumber('--steps', 1),
    )
    .option('--seed <n>', 'seed of weights, data order and noise', wholeNumber('--seed'))
    .option('--out <dir>', 'where checkpoints go')
    .option('--resume', 'resume from the last checkpoint in --out, or start if there is none')
    .option('--from <checkpoint>', 'start from the weights of another run or checkpoint')
    .option(
      '--branch <checkpoint>',
      'continue another run in this one: its weights, optimiser and step, other settings',
    )
    .option(
      '--keep <n>',
      'how many of the last checkpoints to keep, in addition to the best',
      wholeNumber('--keep', 1),
      3,
    )
    .option(
      '--save-every <n>',
      'steps between checkpoints (default: a tenth of all)',
      wholeNumber('--save-every', 1),
    )
    .option(
      '--log [file]',
      'where every event goes as a line of JSON (default: events.jsonl in --out)',
    )
    .option('--no-log', 'write no events')
    .option('--tensorboard <dir>', 'write event files for TensorBoard')
    .addOption(common.backend)
    .addOption(common.device)
    .addOption(common.tf32)
    .addOption(common.verbose)
    .addOption(common.json)
    .addOption(common.quiet);

export type TrainFlags = ReturnType<ReturnType<typeof trainCommand>['opts']>;
