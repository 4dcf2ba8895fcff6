import type { TrainingSinks } from '@moekit/bench';
import { EventLog, TensorboardWriter } from '@moekit/models/node';

/** The destinations of a run's events, apart from the screen. */
export interface SinkFlags {
  readonly log?: string | undefined;
  readonly tensorboard?: string | undefined;
}

/** @param afterStep of a resumed run      @throws MODELS_LOG */
export async function openSinks(
  { log: file, tensorboard: folder }: SinkFlags,
  afterStep: number | undefined,
): Promise<TrainingSinks> {
  const options = afterStep === undefined ? {} : { afterStep };
  const log = file === undefined ? undefined : await EventLog.open(file, options);
  const board = folder === undefined ? undefined : await TensorboardWriter.open(folder, options);
  const sinks = [log, board].filter((sink) => sink !== undefined);
  return {
    write: (event) => sinks.forEach((sink) => sink.write(event)),
    sync: () => all(sinks.map((sink) => sink.sync())),
    close: () => all(sinks.map((sink) => sink.close())),
  };
}

/** Waits for every one, also where one fails. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(works);
  for (const work of settled) if (work.status === 'rejected') throw work.reason;
}
