import type { MoekitError } from '@moekit/kernels/error';
import { isMoekitError, joinErrors } from '@moekit/kernels/error';

import { CommanderError } from 'commander';

import { fail } from './errors.js';
import { oneLine } from './output/paint.js';
import { say } from './output/terminal.js';
import { createProgram } from './program.js';
import { usageErrors } from './usage/usage-errors.js';

/** A command without its subcommand: commander has shown the help. */
const HELP = 'commander.help';

/** Characters of a message: foreign code may throw megabytes. */
const LONGEST = 4000;

/** Mistakes of one error that are shown. */
const MOST = 50;

/** Exit code of bad input. */
const BAD_INPUT = 2;

/**
 * Runs a command line.
 * @returns the exit code: bad input gives 2 and `error CODE: message` on stderr, several mistakes a line each
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const found: MoekitError[] = [];
  const program = createProgram((code) => (exitCode = code), found);
  program.hook('preAction', () => {
    const wrong = joinErrors(found, 'The command line');
    if (wrong) throw wrong;
  });
  try {
    if (argv.length <= 2) program.outputHelp();
    else await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return report(error);
    if (error.exitCode === 0) return 0;
    if (error.code === HELP) return BAD_INPUT;
    const wrong = usageErrors(program, argv.slice(2), error);
    return report(joinErrors([...wrong, ...found], 'The command line'));
  }
}

function report(error: unknown): number {
  const coded = isMoekitError(error) ? error : translate(error);
  say(errorText(coded));
  return coded.code === 'CLI_UNEXPECTED' ? 1 : BAD_INPUT;
}

/** A line for the error, and one for each mistake where there are several. */
function errorText({ code, message, detail }: MoekitError): string {
  const { mistakes = [] } = detail;
  if (mistakes.length < 2) return `error ${code}: ${oneLine(message.slice(0, LONGEST))}\n`;
  const head = message.slice(0, message.indexOf('\n'));
  const lines = mistakes.slice(0, MOST).map((line) => `  ${oneLine(line.slice(0, LONGEST))}`);
  const more = mistakes.length > MOST ? [`  and ${mistakes.length - MOST} more`] : [];
  return `${[`error ${code}: ${oneLine(head)}`, ...lines, ...more].join('\n')}\n`;
}

function translate(error: unknown) {
  if (error instanceof RangeError && /array (length|buffer)/i.test(error.message)) {
    return fail('CLI_SYSTEM', {
      asked: `Memory ran out: ${error.message}`,
      fix: 'Lower the sizes of the model, training.batchSize or --workers.',
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
