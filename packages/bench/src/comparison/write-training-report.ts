import { join, resolve } from 'node:path';

import { renderTrainingReport } from '../report/render-report.js';
import { writeWhole } from '../results/write-whole.js';
import type { TrainingRuns } from '../training-runs/training-runs.js';
import { renderTrainingRuns } from '../training-runs/training-runs.js';
import type { OutputFiles } from './write-output.js';
import { prepareOutput } from './write-output.js';

/**
 * Writes training-runs.json and report.html, each whole or not at all.
 * @throws BENCH_OUTPUT
 */
export async function writeTrainingReport(
  folder: string,
  runs: TrainingRuns,
): Promise<OutputFiles> {
  await prepareOutput(folder);
  const files = {
    results: join(resolve(folder), 'training-runs.json'),
    report: join(resolve(folder), 'report.html'),
  };
  await writeWhole(files.results, renderTrainingRuns(runs));
  await writeWhole(files.report, await renderTrainingReport(runs));
  return files;
}
