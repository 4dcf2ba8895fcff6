import { isMoekitError } from '@moekit/kernels/error';
import { CommanderError } from 'commander';

import { fail } from './errors.js';
import { oneLine } from './output/paint.js';
import { say } from './output/terminal.js';
import { createProgram } from './program.js';

/** A command without its subcommand: commander has shown the help. */
const HELP = 'commander.help';

/** Characters of a message: foreign code may throw megabytes. */
const LONGEST = 4000;

/** Exit code of bad input. */
const BAD_INPUT = 2;

/**
 * Runs a command line.
 * @returns the exit code: bad input gives 2 and one line `error CODE: message` on stderr
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  try {
    const program = createProgram((code) => (exitCode = code));
    if (argv.length <= 2) program.outputHelp();
    else await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError && error.code === HELP) return BAD_INPUT;
  const coded = isMoekitError(error) ? error : translate(error);
  say(`error ${coded.code}: ${oneLine(coded.message.slice(0, LONGEST))}\n`);
  return coded.code === 'CLI_UNEXPECTED' ? 1 : BAD_INPUT;
}

function translate(error: unknown) {
  if (error instanceof CommanderError) {
    return fail('CLI_USAGE', {
      asked: `moekit cannot read the command line: ${error.message.replace(/^error: /, '').replace(/\.$/, '')}`,
      fix: 'See moekit --help.',
      cause: error,
    });
  }
  if (isSystemError(error)) {
    return fail('CLI_SYSTEM', {
      asked: `The operating system refused: ${error.message}`,
      fix: 'Free some space, check permissions and limits, or use another place.',
      cause: error,
    });
  }
  return fail('CLI_UNEXPECTED', {
    asked: `moekit failed unexpectedly: ${error instanceof Error ? error.message : String(error)}`,
    fix: 'Please report it.',
    cause: error,
  });
}

/** Of a file, a folder or a process; the caller had no better words. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  const { errno, syscall } = Object(error) as NodeJS.ErrnoException;
  return typeof errno === 'number' && typeof syscall === 'string';
}
