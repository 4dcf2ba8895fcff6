import type { Command, Option } from 'commander';

import { fail } from './errors.js';

/** Every command refuses a flag that is given twice (which one counts?), and a file or folder without a name. */
export function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    let given = 0;
    command.on(`option:${option.name()}`, (value: unknown) => {
      given += 1;
      if (given > 1 && !isList(option)) throw refused(option, 'once', 'it twice');
      if (value === '' && namesPath(option)) throw refused(option, 'with a name', 'an empty one');
    });
  }
  command.commands.forEach(refuseRepeats);
}

const isList = ({ defaultValue }: Option) => Array.isArray(defaultValue);

const namesPath = ({ flags }: Option) =>
  /[<[](dir|file)[>\]]/.test(flags) && !/--router/.test(flags);

function refused({ long, flags }: Option, how: string, got: string) {
  return fail('CLI_USAGE', {
    asked: `${long ?? flags} must be given ${how}`,
    got,
    fix: 'See --help of the command.',
  });
}
