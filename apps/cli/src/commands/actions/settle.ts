import { availableParallelism } from 'node:os';

import type { Outcome, Preamble } from '@moekit/bench';
import { collectResults, parts, renderResults, writeOutput } from '@moekit/bench';
import { resolveBinding } from '@moekit/core/di';
import type { DependencyContainer } from 'tsyringe';

import type { Stop } from '../../interrupt.js';
import { EXIT_CODES } from '../../interrupt.js';
import type { AssertOwn } from '../../own-output.js';
import { renderSummary } from '../../output/summary.js';
import { outputColumns, print } from '../../output/terminal.js';

/** The outcome of a comparison, and how it was run. */
export interface Comparison {
  readonly preamble: Preamble;
  readonly outcomes: readonly Outcome[];
  readonly stop: Stop;
  readonly folder: string;
  readonly assertOwn: AssertOwn;
  readonly startedAt: Date;
  /** Since then. */
  readonly seconds: () => number;
  readonly workers: number;
  readonly json?: boolean | undefined;
  /** Shows every column, however wide the terminal is. */
  readonly wide?: boolean | undefined;
}

/**
 * Writes results.json and report.html and prints the comparison, also where they cannot be written.
 * @returns the exit code: 0, 1 when a trial failed, or what a signal asks for      @throws BENCH_OUTPUT, CLI_GONE
 */
export async function settle(comparison: Comparison): Promise<number> {
  const { preamble, outcomes, stop, folder, assertOwn, workers, json } = comparison;
  const results = collectResults(preamble, outcomes, {
    startedAt: comparison.startedAt.toISOString(),
    seconds: comparison.seconds(),
    workers,
  });
  let lost: unknown;
  const files = await Promise.resolve()
    .then(assertOwn)
    .then(() => writeOutput(folder, results))
    .catch((error: unknown) => void (lost = error));
  print(
    json
      ? renderResults(results)
      : renderSummary(results, files ?? undefined, outputColumns(comparison)),
  );
  if (lost) throw lost;
  if (stop.signal !== undefined) return EXIT_CODES[stop.signal];
  return results.rows.some(({ errors }) => errors.length > 0) ? 1 : 0;
}

/** Looks at the application's clock when a comparison starts. */
export function startComparison(
  application: DependencyContainer,
): Pick<Comparison, 'startedAt' | 'seconds'> {
  const clock = resolveBinding(application, parts.clock);
  const started = clock.seconds();
  return { startedAt: clock.now(), seconds: () => clock.seconds() - started };
}

/** How many trials run at once: what `--workers` says, else the configuration, else one per core. */
export function workersOf(...given: readonly { readonly workers?: number | undefined }[]): number {
  const [workers] = given.flatMap(({ workers: each }) => each ?? []);
  return workers ?? availableParallelism();
}
