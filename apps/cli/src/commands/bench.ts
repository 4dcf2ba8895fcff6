import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import type { Outcome, PoolEvent, Results } from '@moekit/bench';
import {
  collectResults,
  listJobs,
  prepareExperiment,
  prepareOutput,
  runTrials,
  spawnTrial,
  writeOutput,
} from '@moekit/bench';
import { lastValueFrom, share, takeUntil, tap } from 'rxjs';

import { assertRouterNames } from '../assert-router-names.js';
import { applyDevice } from '../backend/apply-device.js';
import type { StopSignal } from '../interrupt.js';
import { EXIT_CODES, stopSignals } from '../interrupt.js';
import type { Shown } from '../output/progress-state.js';
import { showProgress } from '../output/show-progress.js';
import { renderSummary } from '../output/summary.js';
import { builtInRouters } from '../registry.js';
import type { BenchFlags } from './bench-flags.js';
import { experimentOf, wholeNumber } from './bench-flags.js';

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
  const { outcomes, signal } = await runAll(
    runTrials(jobs, workers, (job) => spawnTrial(job, new URL('../worker.js', import.meta.url))),
    {
      jobs: jobs.length,
      quiet: flags.quiet ?? false,
      backend: manifest.backend,
      metric: manifest.metrics[0]!,
    },
  );
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

async function runAll(
  trials: ReturnType<typeof runTrials>,
  shown: Shown & { readonly quiet: boolean },
): Promise<{ outcomes: readonly Outcome[]; signal: StopSignal | undefined }> {
  const outcomes: Outcome[] = [];
  let signal: StopSignal | undefined;
  const stop = stopSignals().pipe(tap((caught) => (signal = caught)));
  const events = trials.pipe(
    takeUntil(stop),
    tap((event: PoolEvent) => {
      if (event.type === 'done' || event.type === 'failed') outcomes.push(event);
    }),
    share(),
  );
  const progress = shown.quiet ? undefined : showProgress(events, shown);
  await lastValueFrom(events, { defaultValue: undefined });
  progress?.unsubscribe();
  return { outcomes, signal };
}

function exitCode(results: Results, signal: StopSignal | undefined): number {
  if (signal !== undefined) return EXIT_CODES[signal];
  return results.rows.some(({ errors }) => errors.length > 0) ? 1 : 0;
}
