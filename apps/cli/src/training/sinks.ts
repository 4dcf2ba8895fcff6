import type { Metric, TelemetrySink, TelemetryStart } from '@moekit/models';
import { EventLog, TensorboardWriter } from '@moekit/models/node';

import { trainProgress } from '../output/train-progress.js';

/** Where the events of `moekit train` go. */
export interface TrainOutput {
  /** A file of JSON lines. */
  readonly log?: string | undefined;
  /** The file is the run's own: a run that starts has it to itself. */
  readonly ownLog?: boolean | undefined;
  /** A folder that TensorBoard reads. */
  readonly tensorboard?: string | undefined;
  readonly quiet?: boolean | undefined;
  /** The one that the screen shows. */
  readonly metric: Metric;
}

const nothing: TelemetrySink = { write: () => undefined };

export function eventLogSink({ log, ownLog }: TrainOutput): TelemetrySink {
  if (log === undefined) return nothing;
  return openedAtStart((start) => EventLog.open(log, ownLog ? { afterStep: 0, ...start } : start));
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
