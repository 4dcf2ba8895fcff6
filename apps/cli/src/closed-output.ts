import { setTimeout as wait } from 'node:timers/promises';

import { fail } from './errors.js';
import { oneLine } from './output/paint.js';
import { say } from './output/terminal.js';

/** Errors of an output whose reader has left; EIO is a terminal that was closed. */
const CLOSED = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/** Milliseconds between two looks at what is still to be written. */
const LOOK = 10;

/** As of a program that SIGPIPE ended; of one that has an error to tell. */
const [READER_LEFT, UNWRITABLE] = [141, 2];

/** Whether the reader of the output has left. */
export function isClosed(error: Error): boolean {
  return CLOSED.has((error as NodeJS.ErrnoException).code ?? '');
}

/**
 * Makes the program end quietly where its output has no reader any more, and with CLI_OUTPUT where the output cannot be
 * written.
 * @returns the exit code that follows from it, 0 while all is well
 */
export function watchOutput(): () => number {
  let exitCode = 0;
  for (const stream of outputs()) {
    stream.on('error', (error: Error) => {
      if (exitCode === 0 && !isClosed(error)) report(error);
      exitCode ||= isClosed(error) ? READER_LEFT : UNWRITABLE;
    });
  }
  return () => exitCode;
}

/** Waits until all that was said is written, or cannot be. */
export async function outputWritten(): Promise<void> {
  for (const stream of outputs()) await finished(stream);
}

async function finished(stream: NodeJS.WriteStream): Promise<void> {
  while (stream.writableLength > 0 && !stream.destroyed) await wait(LOOK);
  await wait(); // errors come a turn later
}

function outputs(): readonly NodeJS.WriteStream[] {
  return [process.stdout, process.stderr];
}

function report(error: Error): void {
  const { code, message } = fail('CLI_OUTPUT', {
    asked: `Cannot write to standard output: ${error.message}`,
    fix: 'Free some space, or send the output elsewhere. Files already written are kept.',
  });
  say(`error ${code}: ${oneLine(message)}\n`);
}
