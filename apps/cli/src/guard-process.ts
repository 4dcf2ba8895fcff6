import { writeSync } from 'node:fs';

import { fail } from './errors.js';
import { oneLine } from './output/paint.js';
import { own } from './output/terminal.js';

/** Characters of foreign output that are shown; a plug-in may print at every step. */
const SHOWN = 65_536;

/** Characters of an error's message. */
const LONGEST = 2000;

/**
 * Guards results and exit code against code that runs in this process: what it prints goes to stderr, up to a limit, and
 * if it ends the process, or leaves an unhandled error, that does not look like success.
 * @returns to be called when the command has ended by itself
 */
export function guardProcess(): () => void {
  redirectOutput();
  let ended = false;
  const say = (got: string) => {
    ended = true;
    writeSync(2, `error CLI_ENDED: ${wrong(got).message}\n`);
    process.exitCode = 1;
  };
  process.on('uncaughtException', (error) => {
    say(`an unhandled error: ${messageOf(error)}`);
    process.exit();
  });
  process.on('exit', (code) => {
    if (!ended) say(`exit code ${code} before the command had ended`);
  });
  return () => (ended = true);
}

function redirectOutput(): void {
  const write = process.stdout.write.bind(process.stdout);
  let left = SHOWN;
  process.stdout.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    if (rest.includes(own)) return write(chunk);
    const text = String(chunk).slice(0, Math.max(0, left));
    left -= String(chunk).length;
    if (text !== '') process.stderr.write(left < 0 ? `${text}\n(more is not shown)\n` : text);
    const done = rest.find((argument) => typeof argument === 'function');
    if (done) setImmediate(done as () => void);
    return true;
  };
}

function wrong(got: string) {
  return fail('CLI_ENDED', {
    asked: `The command was cut off: ${got}`,
    fix: 'Most likely a plug-in or a configuration file did this: it must not call process.exit or leave an error unhandled.',
  });
}

/** Of anything that was thrown; foreign values may throw again when they are looked at. */
function messageOf(error: unknown): string {
  try {
    return oneLine(String(error instanceof Error ? error.message : error).slice(0, LONGEST));
  } catch {
    return 'a value that cannot be shown';
  }
}
