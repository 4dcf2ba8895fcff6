import type { Metric, TelemetrySink, TelemetryStart } from '@moekit/models';
import { EventLog, TensorboardWriter } from '@moekit/models/node';

import { trainProgress } from '../output/train-progress.js';

/** Where the events of `moekit train` go. */
export interface TrainOutput {
  /** A file of JSON lines. */
  readonly log?: string | undefined;
  /** A folder that TensorBoard reads. */
  readonly tensorboard?: string | undefined;
  readonly quiet?: boolean | undefined;
  /** The one that the screen shows. */
  readonly metric: Metric;
}

const nothing: TelemetrySink = { write: () => undefined };

export function eventLogSink({ log }: TrainOutput): TelemetrySink {
  return log === undefined ? nothing : openedAtStart((start) => EventLog.open(log, start));
}

export function tensorboardSink({ tensorboard: folder }: TrainOutput): TelemetrySink {
  if (folder === undefined) return nothing;
  return openedAtStart((start) => TensorboardWriter.open(folder, start));
}

export function screenSink({ quiet, metric }: TrainOutput): TelemetrySink {
  return quiet ? nothing : trainProgress(metric, process.stderr);
}

/** A sink that is opened once the step that its run starts from is known. */
function openedAtStart(open: (start: TelemetryStart) => Promise<TelemetrySink>): TelemetrySink {
  let sink = nothing;
  return {
    open: async (start) => void (sink = await open(start)),
    write: (event) => sink.write(event),
    sync: () => sink.sync?.(),
    close: () => sink.close?.(),
  };
}
