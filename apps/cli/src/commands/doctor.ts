import { Command } from '@commander-js/extra-typings';

import type { Done } from './options.js';
import { common } from './options.js';

export const doctorCommand = (done: Done) =>
  new Command('doctor')
    .description('versions, backends found, and which would be chosen and why')
    .addOption(common.json)
    .action(async (flags) => {
      const { doctor } = await import('./actions/doctor.js');
      done(await doctor(flags));
    });
