import { Command } from '@commander-js/extra-typings';

import { common } from './options.js';

/** Declares `moekit doctor`. */
export const doctorCommand = () =>
  new Command('doctor')
    .description('show versions, the backends found, and which one is chosen and why')
    .addOption(common.wide)
    .addOption(common.json);

export type DoctorFlags = ReturnType<ReturnType<typeof doctorCommand>['opts']>;
