import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { renderReport } from '../report/render-report.js';
import { renderResults } from '../results/render-results.js';
import type { Results } from '../results/results-schema.js';
import { orUnwritable, writeWhole } from '../results/write-whole.js';

export interface OutputFiles {
  readonly results: string;
  readonly report: string;
}

/**
 * Makes the output folder and checks that it can be written: before anything is trained, not after.
 * @returns the first folder that was made for it; undefined where it was there      @throws BENCH_OUTPUT
 */
export async function prepareOutput(folder: string): Promise<string | undefined> {
  return orUnwritable(folder, async () => {
    const made = await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return made;
  });
}

/**
 * Writes results.json and report.html, each whole or not at all.
 * @throws BENCH_OUTPUT
 */
export async function writeOutput(folder: string, results: Results): Promise<OutputFiles> {
  const files = {
    results: join(resolve(folder), 'results.json'),
    report: join(resolve(folder), 'report.html'),
  };
  await writeWhole(files.results, renderResults(results));
  await writeWhole(files.report, await renderReport(results));
  return files;
}
