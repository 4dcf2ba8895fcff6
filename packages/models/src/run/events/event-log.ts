import { mkdir, open, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { TrainEvent } from '../../contract.js';
import { stringifyFigures } from '../../figure.js';
import { AppendedFile } from './appended-file.js';
import { readLines } from './log-lines.js';

export interface EventLogOptions {
  /**
   * Continues the log of a run that is at this step: later events, which will come again, and a line that a kill cut
   * off are removed. Absent for a new log.
   */
  readonly afterStep?: number;
}

/** The events of a run as JSON, one per line, in the order they came; whole lines up to the last `sync` survive a crash. */
export class EventLog {
  readonly #file: AppendedFile;

  private constructor(file: AppendedFile) {
    this.#file = file;
  }

  /** @throws MODELS_LOG when the file is there and `afterStep` is not, or when it is not a log; it is left as it is then */
  static async open(path: string, { afterStep }: EventLogOptions = {}): Promise<EventLog> {
    return AppendedFile.orUnwritable(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      if (afterStep !== undefined) await keepUpTo(path, afterStep);
      const goesOn = afterStep !== undefined || (await isEmptyFile(path));
      const file = await open(path, goesOn ? 'a' : 'ax');
      return new EventLog(new AppendedFile(path, file));
    });
  }

  /** Returns at once; `sync` and `close` wait for it, and throw what went wrong. */
  write(event: TrainEvent): void {
    this.#file.append(`${stringifyFigures(event)}\n`);
  }

  /** Waits until the disk has all that was written: call it before a checkpoint is saved. @throws MODELS_LOG */
  sync(): Promise<void> {
    return this.#file.sync();
  }

  /** @throws MODELS_LOG */
  close(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * Reads a log, line by line; one that a kill cut off at the end is left out.
 * @throws MODELS_LOG on a line that is not an event
 */
export async function* readEvents(path: string): AsyncGenerator<TrainEvent> {
  for await (const { event } of readLines(path)) yield event;
}

/** Cuts off what comes after the lines whose step is at most this one; they stand before all others. */
async function keepUpTo(path: string, step: number): Promise<void> {
  if (await isMissing(path)) return;
  let length = 0;
  for await (const { event, end } of readLines(path)) {
    if (event.step > step) break;
    length = end;
  }
  await truncate(path, length);
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}

/** The log of a run that failed before its first step. */
async function isEmptyFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() && found.size === 0,
    () => false,
  );
}
