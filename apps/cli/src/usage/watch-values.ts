import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { MoekitError } from '@moekit/kernels/error';
import { isMoekitError } from '@moekit/kernels/error';

/** Parses the value of an option or an argument. */
type Parse = <Value>(text: string, before: Value) => Value;

/**
 * Makes the values of options and arguments report what is wrong with them rather than throw it, so that the mistakes of a
 * command line come all at once.
 * @param found receives the errors
 */
export function watchValues(command: CommandUnknownOpts, found: MoekitError[]): void {
  for (const taken of [...command.options, ...command.registeredArguments]) {
    if (taken.parseArg) taken.parseArg = collecting(taken.parseArg as Parse, found);
  }
  for (const below of command.commands) watchValues(below, found);
}

function collecting(parse: Parse, found: MoekitError[]): Parse {
  return (text, before) => {
    try {
      return parse(text, before);
    } catch (error) {
      if (!isMoekitError(error)) throw error;
      found.push(error);
      return before;
    }
  };
}
