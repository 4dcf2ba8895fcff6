import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import type { Results } from '@moekit/bench';
import {
  collectResults,
  listJobs,
  prepareExperiment,
  prepareOutput,
  writeOutput,
} from '@moekit/bench';

import { assertRouterNames } from '../assert-router-names.js';
import { applyDevice } from '../backend/apply-device.js';
import type { StopSignal } from '../interrupt.js';
import { EXIT_CODES } from '../interrupt.js';
import { renderSummary } from '../output/summary.js';
import { builtInRouters } from '../registry.js';
import type { BenchFlags } from './bench-flags.js';
import { experimentOf, wholeNumber } from './bench-flags.js';
import { runAll } from './run-all.js';

/**
 * Trains every row with every seed, writes results.json and report.html, prints the comparison.
 * @returns the exit code: 0, 1 when a trial failed, 130 after Ctrl-C      @throws coded errors for bad input
 */
export async function bench(flags: BenchFlags): Promise<number> {
  applyDevice(flags);
  const registry = builtInRouters();
  const workers =
    flags.workers === undefined
      ? availableParallelism()
      : wholeNumber('--workers', flags.workers, 1);
  const experiment = await experimentOf(flags);
  assertRouterNames(experiment.routers, registry);
  const preamble = await prepareExperiment(experiment, registry);
  const { manifest } = preamble;
  const folder =
    flags.out ?? join('moekit-results', `${experiment.task}-${manifest.configHash.slice(0, 8)}`);
  await prepareOutput(folder);
  const jobs = listJobs(manifest);
  const started = new Date();
  const { outcomes, signal } = await runAll(jobs, {
    jobs: jobs.length,
    workers,
    quiet: flags.quiet ?? false,
    backend: manifest.backend,
    metric: manifest.metrics[0]!,
  });
  const results = collectResults(preamble, outcomes, {
    startedAt: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    workers,
  });
  const files = await writeOutput(folder, results);
  process.stdout.write(
    flags.json ? `${JSON.stringify(results, null, 2)}\n` : renderSummary(results, files),
  );
  return exitCode(results, signal);
}

/** 0, 1 when a trial failed, or what a signal asks for. */
export function exitCode(results: Results, signal: StopSignal | undefined): number {
  if (signal !== undefined) return EXIT_CODES[signal];
  return results.rows.some(({ errors }) => errors.length > 0) ? 1 : 0;
}
