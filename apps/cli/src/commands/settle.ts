import { availableParallelism } from 'node:os';

import type { Outcome, Preamble } from '@moekit/bench';
import { collectResults, renderResults, writeOutput } from '@moekit/bench';

import type { Stop } from '../interrupt.js';
import { EXIT_CODES } from '../interrupt.js';
import { renderSummary } from '../output/summary.js';
import { print } from '../output/terminal.js';
import { wholeNumber } from './bench-flags.js';

/** What a comparison ended with, and how it was run. */
export interface Comparison {
  readonly preamble: Preamble;
  readonly outcomes: readonly Outcome[];
  readonly stop: Stop;
  readonly folder: string;
  readonly started: Date;
  readonly workers: number;
  readonly json?: boolean | undefined;
}

/**
 * Writes results.json and report.html and prints the comparison, also where they cannot be written.
 * @returns the exit code: 0, 1 when a trial failed, or what a signal asks for      @throws BENCH_OUTPUT
 */
export async function settle(comparison: Comparison): Promise<number> {
  const { preamble, outcomes, stop, folder, started, workers, json } = comparison;
  const results = collectResults(preamble, outcomes, {
    startedAt: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    workers,
  });
  let lost: unknown;
  const files = await writeOutput(folder, results).catch((error: unknown) => void (lost = error));
  print(json ? renderResults(results) : renderSummary(results, files ?? undefined));
  if (lost) throw lost;
  if (stop.signal !== undefined) return EXIT_CODES[stop.signal];
  return results.rows.some(({ errors }) => errors.length > 0) ? 1 : 0;
}

/** How many trials run at once: what `--workers` says, else one a core. @throws CLI_USAGE */
export function workersOf({ workers }: { readonly workers?: string }): number {
  return workers === undefined ? availableParallelism() : wholeNumber('--workers', workers, 1);
}

/** Seconds after which a silent worker is ended; undefined for the defaults. @throws CLI_USAGE */
export function timeoutOf({ timeout }: { readonly timeout?: string }): number | undefined {
  return timeout === undefined ? undefined : wholeNumber('--timeout', timeout, 1);
}
