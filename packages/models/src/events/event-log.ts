import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

import { z } from 'zod';

import type { TrainEvent } from '../contract.js';
import { fail } from '../errors.js';
import { parseFigures, stringifyFigures } from '../figure.js';

const lineSchema = z.looseObject({ type: z.enum(['step', 'evaluation']), step: z.int().min(1) });

export interface EventLogOptions {
  /**
   * Goes on with the log of a run that is at this step: later events, which will come again, and a line that a kill cut
   * off are removed. Absent for a new log.
   */
  readonly afterStep?: number;
}

/** The events of a run as JSON, one a line, in the order they came; whole lines up to the last `sync` survive a crash. */
export class EventLog {
  readonly #file: FileHandle;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @throws MODELS_LOG when the file is there and `afterStep` is not, or when it is no log; it is left as it is then */
  static async open(path: string, { afterStep }: EventLogOptions = {}): Promise<EventLog> {
    try {
      await mkdir(dirname(path), { recursive: true });
      if (afterStep === undefined) return new EventLog(await open(path, 'ax'));
      const file = await open(path, 'a');
      const keep = await lengthUpTo(path, afterStep).catch(async (error: unknown) => {
        await file.close();
        throw error;
      });
      await truncate(path, keep);
      return new EventLog(file);
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }

  /** Returns at once; `sync` and `close` wait for it, and throw what went wrong. */
  write(event: TrainEvent): void {
    const line = `${stringifyFigures(event)}\n`;
    this.#writing = this.#writing.then(() => this.#file.appendFile(line));
    this.#writing.catch(() => undefined); // thrown by whoever waits
  }

  /** Waits until the disk has all that was written: call it before a checkpoint is saved. */
  async sync(): Promise<void> {
    await this.#writing;
    await this.#file.sync();
  }

  async close(): Promise<void> {
    try {
      await this.#writing;
    } finally {
      await this.#file.close();
    }
  }
}

/**
 * Reads a log, line by line; one that a kill cut off at the end is left out.
 * @throws MODELS_LOG on a line that is no event
 */
export async function* readEvents(path: string): AsyncGenerator<TrainEvent> {
  for await (const { event } of readLines(path)) yield event;
}

/** Bytes of the lines whose step is at most this one; they stand before all others. */
async function lengthUpTo(path: string, step: number): Promise<number> {
  let length = 0;
  for await (const { event, end } of readLines(path)) {
    if (event.step > step) break;
    length = end;
  }
  return length;
}

async function* readLines(path: string): AsyncGenerator<{ event: TrainEvent; end: number }> {
  const input = createReadStream(path);
  let end = 0;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    end += Buffer.byteLength(line) + 1;
    const event = parseLine(line);
    if (end > input.bytesRead) return; // no line break: cut off
    if (event === undefined) throw notALog(path, line);
    yield { event, end };
  }
}

function parseLine(line: string): TrainEvent | undefined {
  try {
    return lineSchema.parse(parseFigures(line)) as unknown as TrainEvent;
  } catch {
    return undefined;
  }
}

function notALog(path: string, line: string) {
  return fail('MODELS_LOG', {
    asked: `${path} must be a log of training events`,
    got: `the line ${JSON.stringify(line.slice(0, 60))}`,
    fix: 'Name another file; this one is left as it is.',
  });
}

function unwritable(path: string, cause: unknown) {
  if (cause instanceof Error && 'code' in cause && cause.code === 'MODELS_LOG') return cause;
  return fail('MODELS_LOG', {
    asked: `Training events are written to ${path}`,
    got: (cause as Error).message,
    fix: 'Choose a file that is not there yet, or go on with that run.',
    cause,
  });
}
