import { assertKinds } from '@moekit/core';
import type { Results } from '../results/results-schema.js';
import type { TrainingRuns } from '../training-runs/training-runs.js';

/**
 * Renders results as one HTML page: no script, no network, light and dark. Several runs come one after another, with a list
 * of contents and their answers at the top. The libraries that draw are loaded at the first call.
 */
export async function renderReport(results: Results | readonly Results[]): Promise<string> {
  assertKinds(
    'renderReport',
    { results },
    { results: 'object' },
    'Pass results, as readResults gives them.',
  );
  const { reportPage } = await import('./report-page.js');
  return reportPage(results);
}

/** Renders training runs side by side as such a page. */
export async function renderTrainingReport(runs: TrainingRuns): Promise<string> {
  const { trainingPage } = await import('./training/training-page.js');
  return trainingPage(runs);
}
