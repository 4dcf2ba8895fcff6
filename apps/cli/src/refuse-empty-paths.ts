import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { MoekitError } from '@moekit/kernels/error';
import type { Option } from 'commander';

import { fail } from './errors.js';

/** Every command refuses a file or folder without a name: it would be the working directory. @param found receives that */
export function refuseEmptyPaths(command: CommandUnknownOpts, found: MoekitError[]): void {
  for (const option of command.options.filter(namesPath)) {
    command.on(`option:${option.name()}`, (value: unknown) => {
      if (value === '') found.push(refused(option));
    });
  }
  command.commands.forEach((below) => refuseEmptyPaths(below, found));
}

const namesPath = ({ flags }: Option) =>
  /[<[](dir|file)[>\]]/.test(flags) && !/--router/.test(flags);

function refused({ long, flags }: Option) {
  return fail('CLI_USAGE', {
    asked: `${long ?? flags} needs a value`,
    got: 'an empty text',
    fix: 'Give the path of a file or a folder.',
  });
}
