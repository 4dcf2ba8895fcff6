import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { TrainEvent } from '../../contract.js';
import { scalarsOf } from '../../metrics/scalars.js';
import { AppendedFile } from './appended-file.js';
import type { TensorboardEvent } from './tensorboard-event.js';
import { encodeEvent } from './tensorboard-event.js';
import { frameRecord } from './tensorboard-record.js';

export interface TensorboardOptions {
  /** Step of the resumed run, 0 at its start: TensorBoard drops later steps of earlier files. */
  readonly afterStep?: number;
}

/** A folder that TensorBoard reads: one file of events per process that trained. */
export class TensorboardWriter {
  readonly #file: AppendedFile;

  private constructor(file: AppendedFile) {
    this.#file = file;
  }

  /** @throws MODELS_LOG when the folder cannot be written */
  static async open(
    folder: string,
    { afterStep = 0 }: TensorboardOptions = {},
  ): Promise<TensorboardWriter> {
    const file = await AppendedFile.orUnwritable(folder, async () => {
      await mkdir(folder, { recursive: true });
      const { path, first } = await nextFile(folder);
      return { path, first, handle: await open(path, 'ax') };
    });
    const writer = new TensorboardWriter(new AppendedFile(file.path, file.handle));
    writer.#append({ wallTime: now(), fileVersion: 'brain.Event:2' });
    if (!file.first) writer.#append({ wallTime: now(), restartsAt: afterStep + 1 });
    return writer;
  }

  /** Returns at once; `sync` and `close` wait for it, and throw what went wrong. */
  write(event: TrainEvent): void {
    const scalars = scalarsOf(event);
    if (Object.keys(scalars).length === 0) return;
    this.#append({ wallTime: now(), step: event.step, scalars });
  }

  /** Waits until the disk has all that was written. @throws MODELS_LOG */
  sync(): Promise<void> {
    return this.#file.sync();
  }

  /** @throws MODELS_LOG */
  close(): Promise<void> {
    return this.#file.close();
  }

  #append(event: TensorboardEvent): void {
    this.#file.append(frameRecord(encodeEvent(event)));
  }
}

/** TensorBoard reads the files of a folder in the order of their names, whatever the clock was when they began. */
async function nextFile(folder: string): Promise<{ path: string; first: boolean }> {
  const others = (await readdir(folder)).filter((name) => name.includes('tfevents'));
  const times = others.map((name) => Number(/tfevents\.(\d+)/.exec(name)?.[1] ?? 0));
  const seconds = String(Math.max(Math.floor(now()), ...times)).padStart(10, '0');
  const number = String(others.length).padStart(5, '0');
  const path = join(folder, `events.out.tfevents.${seconds}.moekit.${number}`);
  return { path, first: others.length === 0 };
}

function now(): number {
  return Date.now() / 1000;
}
