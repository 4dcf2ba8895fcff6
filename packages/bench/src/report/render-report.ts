import type { Results } from '../results/results-schema.js';

/**
 * Renders results as one HTML page: no script, no network, light and dark. Several runs come one after another, with a list
 * of contents and their answers at the top. The libraries that draw are loaded at the first call.
 */
export async function renderReport(results: Results | readonly Results[]): Promise<string> {
  const { reportPage } = await import('./report-page.js');
  return reportPage(results);
}
