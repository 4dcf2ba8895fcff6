import type { TrainEvent } from '@moekit/models';
import { EventLog, TensorboardWriter } from '@moekit/models';

/** Where a run's events go beside the screen. */
export interface SinkFlags {
  readonly log?: string | undefined;
  readonly tensorboard?: string | undefined;
}

export interface Sinks {
  write(event: TrainEvent): void;
  /** Before a checkpoint is saved: a log never lacks a step that a checkpoint has. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** @param afterStep of a run that goes on      @throws MODELS_LOG */
export async function openSinks(
  { log: file, tensorboard: folder }: SinkFlags,
  afterStep: number | undefined,
): Promise<Sinks> {
  const options = afterStep === undefined ? {} : { afterStep };
  const log = file === undefined ? undefined : await EventLog.open(file, options);
  const board = folder === undefined ? undefined : await TensorboardWriter.open(folder, options);
  return {
    write: (event) => [log, board].forEach((sink) => sink?.write(event)),
    sync: async () => log?.sync(),
    close: async () => {
      await log?.close();
      await board?.close();
    },
  };
}
