import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { TrainEvent } from '../contract.js';
import { fail } from '../errors.js';
import { scalarsOf } from './scalars.js';
import type { TensorboardEvent } from './tensorboard-event.js';
import { encodeEvent } from './tensorboard-event.js';
import { frameRecord } from './tensorboard-record.js';

export interface TensorboardOptions {
  /** Goes on with a run that is at this step: TensorBoard then drops what earlier files say of later steps. */
  readonly afterStep?: number;
}

/** A folder that TensorBoard reads: one file of events per process that trained. */
export class TensorboardWriter {
  readonly #file: FileHandle;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @throws MODELS_LOG when the folder cannot be written */
  static async open(
    folder: string,
    { afterStep }: TensorboardOptions = {},
  ): Promise<TensorboardWriter> {
    try {
      await mkdir(folder, { recursive: true });
      const writer = new TensorboardWriter(await open(await nextFile(folder), 'ax'));
      writer.#append({ wallTime: now(), fileVersion: 'brain.Event:2' });
      if (afterStep) writer.#append({ wallTime: now(), restartsAt: afterStep + 1 });
      await writer.#writing;
      return writer;
    } catch (cause) {
      throw fail('MODELS_LOG', {
        asked: `TensorBoard's files are written to ${folder}`,
        got: (cause as Error).message,
        fix: 'Choose a folder that can be written.',
        cause,
      });
    }
  }

  /** Returns at once; `close` waits for it, and throws what went wrong. */
  write(event: TrainEvent): void {
    this.#append({ wallTime: now(), step: event.step, scalars: scalarsOf(event) });
  }

  async close(): Promise<void> {
    try {
      await this.#writing;
    } finally {
      await this.#file.close();
    }
  }

  #append(event: TensorboardEvent): void {
    const record = frameRecord(encodeEvent(event));
    this.#writing = this.#writing.then(() => this.#file.appendFile(record));
    this.#writing.catch(() => undefined); // thrown by whoever waits
  }
}

/** TensorBoard reads the files of a folder in the order of their names. */
async function nextFile(folder: string): Promise<string> {
  const others = (await readdir(folder)).filter((name) => name.includes('tfevents')).length;
  const seconds = String(Math.floor(now())).padStart(10, '0');
  return join(folder, `events.out.tfevents.${seconds}.moekit.${String(others).padStart(5, '0')}`);
}

function now(): number {
  return Date.now() / 1000;
}
