import { Command } from '@commander-js/extra-typings';

import { positiveNumber, wholeNumber } from './numbers.js';
import { common } from './options.js';

const ROUTERS = [0.3, 0.5, 0.7, 0.9].map((t) => `threshold?threshold=${t}`).join(',');

/** Declares `moekit layer-time`. */
export const layerTimeCommand = () =>
  new Command('layer-time')
    .description('time one MoE layer under several routers, next to the FLOPs counted')
    .option('--routers <list>', 'routers with options', ROUTERS)
    .addOption(common.backend)
    .option('--tokens <n>', 'tokens in one pass', wholeNumber('--tokens', 1))
    .option('--model-width <n>', 'width of a token', wholeNumber('--model-width', 1))
    .option('--expert-width <n>', 'width of an expert', wholeNumber('--expert-width', 1))
    .option('--experts <n>', 'number of experts', wholeNumber('--experts', 1))
    .option(
      '--sharpness <x>',
      "factor on the router's initial weights, as if trained",
      positiveNumber('--sharpness'),
    )
    .option('--repeats <n>', 'timed passes per row', wholeNumber('--repeats', 1))
    .addOption(common.wide)
    .addOption(common.verbose)
    .addOption(common.json);

export type LayerTimeFlags = ReturnType<ReturnType<typeof layerTimeCommand>['opts']>;
