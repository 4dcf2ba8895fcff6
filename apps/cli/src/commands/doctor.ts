import { Command } from '@commander-js/extra-typings';

import { common } from './options.js';

/** Declares `moekit doctor`. */
export const doctorCommand = () =>
  new Command('doctor')
    .description('versions, backends found, and which would be chosen and why')
    .addOption(common.json);

export type DoctorFlags = ReturnType<ReturnType<typeof doctorCommand>['opts']>;
