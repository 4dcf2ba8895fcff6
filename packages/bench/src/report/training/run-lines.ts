import type { TrainedRun } from '../../training-runs/read-training-run.js';
import { seriesColour } from '../charts/colours.js';
import type { Line } from '../charts/lines.js';

/** A curve for each run that has one, in the run's colour. */
export function runLines(
  runs: readonly TrainedRun[],
  pointsOf: (run: TrainedRun) => Line['points'],
): Line[] {
  return runs
    .map((run, i) => ({ label: run.label, colour: seriesColour(i), points: pointsOf(run) }))
    .filter(({ points }) => points.length > 0);
}
