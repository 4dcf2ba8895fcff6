import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Option } from 'commander';

import { fail } from './errors.js';

/** Every command refuses a file or folder without a name: it would be the working directory. */
export function refuseEmptyPaths(command: CommandUnknownOpts): void {
  for (const option of command.options.filter(namesPath)) {
    command.on(`option:${option.name()}`, (value: unknown) => {
      if (value === '') throw refused(option);
    });
  }
  command.commands.forEach(refuseEmptyPaths);
}

const namesPath = ({ flags }: Option) =>
  /[<[](dir|file)[>\]]/.test(flags) && !/--router/.test(flags);

function refused({ long, flags }: Option) {
  return fail('CLI_USAGE', {
    asked: `${long ?? flags} needs a value`,
    got: 'an empty text',
    fix: 'See --help of the command.',
  });
}
