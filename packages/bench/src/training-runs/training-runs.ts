import { stringifyFigures } from '@moekit/models';

import { bestWords, incomparable, remarksOn } from './describe-run.js';
import type { TrainedRun } from './read-training-run.js';
import { readTrainingRun, withLabels } from './read-training-run.js';
import { differingSettings } from './settings-of.js';

export const TRAINING_RUNS_SCHEMA = 'moekit/training-runs@1';

/** Training runs side by side. */
export interface TrainingRuns {
  readonly schema: typeof TRAINING_RUNS_SCHEMA;
  /** The run of the lowest held-out loss in a sentence; null where none can be named. */
  readonly answer: string | null;
  /** Why losses do not compare; null where they do. */
  readonly warning: string | null;
  readonly runs: readonly (TrainedRun & { readonly remarks: readonly string[] })[];
  /** One value per run, null where it is not known or not set. */
  readonly differences: readonly { readonly path: string; readonly values: readonly unknown[] }[];
}

/**
 * Reads runs of `moekit train` for a report that compares them.
 * @param paths folders of runs, or logs      @throws BENCH_TRAINING_RUN, MODELS_CHECKPOINT_*
 */
export async function readTrainingRuns(paths: readonly string[]): Promise<TrainingRuns> {
  const read: TrainedRun[] = [];
  for (const path of paths) read.push(await readTrainingRun(path));
  const runs = withLabels(read);
  return {
    schema: TRAINING_RUNS_SCHEMA,
    answer: bestWords(runs) ?? null,
    warning: incomparable(runs) ?? null,
    runs: runs.map((run) => ({ ...run, remarks: remarksOn(run) })),
    differences: differingSettings(runs.map(({ settings }) => settings)).map(
      ({ path, values }) => ({
        path,
        values: values.map((value) => value ?? null),
      }),
    ),
  };
}

/** The text of a training-runs.json. */
export function renderTrainingRuns(runs: TrainingRuns): string {
  return `${stringifyFigures(runs, 2)}\n`;
}
