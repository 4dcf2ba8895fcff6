import { join } from 'node:path';

import { inspectApart, listJobs, parts, prepareExperiment } from '@moekit/bench';
import { resolveBinding } from '@moekit/core/di';

import { assertRouterNames } from '../../assert-names.js';
import { applyDevice } from './apply-device.js';
import type { BenchFlags } from '../bench.js';
import { composeApplication, defaults } from '../../container.js';
import type { Stop } from '../../interrupt.js';
import { untilStopped } from '../../interrupt.js';
import type { AssertOwn } from '../../own-output.js';
import { ownOutput } from '../../own-output.js';
import { showLoading } from '../../output/load-progress.js';
import { WORKER } from '../../worker-entry.js';
import { experimentOf } from './experiment-of.js';
import { runAll } from './run-all.js';
import { settle, startComparison, workersOf } from './settle.js';

/**
 * Trains every row with every seed, writes results.json and report.html, prints the comparison.
 * @returns the exit code: 0, 1 when a trial failed, 128 + its number after a signal      @throws coded errors for bad input
 */
export async function bench(flags: BenchFlags): Promise<number> {
  applyDevice(flags);
  const application = await composeApplication();
  const registry = resolveBinding(application, parts.registry);
  const own = resolveBinding(application, defaults);
  const workers = workersOf(flags, own);
  const { timeout = own.timeout } = flags;
  const experiment = await experimentOf(flags, { registry, defaults: own });
  assertRouterNames(experiment.routers, registry);
  const preamble = await showLoading(flags.quiet, (onProgress) =>
    prepareExperiment(experiment, registry, {
      onProgress,
      inspector: inspectApart(WORKER, timeout),
    }),
  );
  const { manifest } = preamble;
  const folder =
    flags.out ?? join('moekit-results', `${experiment.task}-${manifest.configHash.slice(0, 8)}`);
  const jobs = listJobs(manifest);
  const compare = async (stop: Stop, assertOwn: AssertOwn) => {
    const comparison = startComparison(application);
    const outcomes = await runAll(jobs, {
      application,
      jobs: jobs.length,
      workers,
      stop,
      timeout,
      unusable: preamble.unusable,
      quiet: flags.quiet ?? false,
      backend: manifest.backend,
      metric: manifest.metrics[0]!,
    });
    const { json, wide } = flags;
    const shown = { json, wide };
    return settle({
      ...comparison,
      preamble,
      outcomes,
      stop,
      folder,
      assertOwn,
      workers,
      ...shown,
    });
  };
  return ownOutput(folder, (assertOwn) => untilStopped((stop) => compare(stop, assertOwn)));
}
