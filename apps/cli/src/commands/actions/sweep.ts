import { extname, join } from 'node:path';

import type {
  Experiment,
  Found,
  LoadedConfig,
  PluginRegistry,
  Prepared,
  Preset,
} from '@moekit/bench';
import {
  TrialStore,
  applySettings,
  findExperiment,
  inspectApart,
  listJobs,
  loadConfig,
  parseSettings,
  parts,
  prepareExperiment,
  presetOf,
  readExperiment,
} from '@moekit/bench';
import type { MoekitError } from '@moekit/core';
import { joinErrors } from '@moekit/core';
import { resolveBinding } from '@moekit/core/di';
import type { DependencyContainer } from 'tsyringe';

import { assertRouterNames, unknownRouter } from '../../assert-names.js';
import { applyDevice } from './apply-device.js';
import type { SweepFlags } from '../sweep.js';
import { defined, overDefaults } from '../../given.js';
import { composeApplication, defaults } from '../../container.js';
import { fail } from '../../errors.js';
import type { Stop } from '../../interrupt.js';
import { untilStopped } from '../../interrupt.js';
import { showLoading } from '../../output/load-progress.js';
import { say } from '../../output/terminal.js';
import type { AssertOwn } from '../../own-output.js';
import { ownOutput } from '../../own-output.js';
import { WORKER } from '../../worker-entry.js';
import { runAll } from './run-all.js';
import { settle, startComparison, workersOf } from './settle.js';

/**
 * Runs every trial of an experiment's grid, each in a process of its own and on disk as soon as it has ended; then writes
 * results.json and report.html and prints the comparison and the answer.
 * @param source an experiment's name, or a .json or .ts file
 * @returns the exit code: 0, 1 when a trial failed, 128 + its number after a signal      @throws coded errors for bad input
 */
export async function sweep(source: string, flags: SweepFlags): Promise<number> {
  applyDevice(flags);
  const application = await composeApplication();
  const comparison = startComparison(application);
  const registry = resolveBinding(application, parts.registry);
  const own = resolveBinding(application, defaults);
  const workers = workersOf(flags, own);
  const { timeout = own.timeout } = flags;
  const experiment = await sweptExperiment(source, flags, { registry, backend: own.backend });
  assertRouterNames(experiment.routers, registry);
  const preamble = await showLoading(flags.quiet, (onProgress) =>
    prepareExperiment(experiment, registry, {
      onProgress,
      inspector: inspectApart(WORKER, timeout),
    }),
  );
  const folder = flags.out ?? defaultFolder(experiment, preamble.manifest.configHash);
  return ownOutput(folder, (assertOwn) =>
    untilStopped((stop) =>
      runGrid(flags, {
        ...comparison,
        timeout,
        application,
        preamble,
        folder,
        assertOwn,
        workers,
        stop,
      }),
    ),
  );
}

const NOTHING: Found = { kept: [], discarded: [] };

function wasChanged(id: string): string {
  return `warning: the kept trial ${id} was changed after it was written; it is trained again\n`;
}

interface Grid extends ReturnType<typeof startComparison> {
  readonly application: DependencyContainer;
  readonly timeout: number | undefined;
  readonly preamble: Prepared;
  readonly folder: string;
  readonly assertOwn: AssertOwn;
  readonly workers: number;
  readonly stop: Stop;
}

async function runGrid(flags: SweepFlags, grid: Grid): Promise<number> {
  const { timeout, application, preamble, folder, assertOwn, workers, stop } = grid;
  const { manifest } = preamble;
  const store = new TrialStore(folder, manifest);
  const jobs = listJobs(manifest);
  const { kept, discarded } = flags.resume ? await store.find(jobs) : NOTHING;
  for (const { id } of discarded) say(wasChanged(id));
  const done = new Set(kept.map(({ job }) => job.id));
  const left = jobs.filter(({ id }) => !done.has(id));
  const outcomes = await runAll(left, {
    application,
    jobs: left.length,
    workers,
    stop,
    timeout,
    unusable: preamble.unusable,
    quiet: flags.quiet ?? false,
    backend: manifest.backend,
    metric: manifest.metrics[0]!,
    record: async (event) => {
      assertOwn();
      if (event.type === 'started') await store.log('started', event.job);
      if (event.type === 'done' || event.type === 'failed') await store.save(event);
    },
  });
  return settle({ ...grid, outcomes: [...kept, ...outcomes], json: flags.json, wide: flags.wide });
}

/** @throws BENCH_EXPERIMENT_UNKNOWN, BENCH_CONFIG, BENCH_SET, CLI_USAGE */
async function sweptExperiment(
  source: string,
  flags: SweepFlags,
  {
    registry,
    backend,
  }: { readonly registry: PluginRegistry; readonly backend: Experiment['backend'] | undefined },
): Promise<Experiment> {
  const { config, at } = await inputOf(source, flags.preset);
  const context = { registry, unknownRouter: (name: string) => unknownRouter(name, registry) };
  const input = overDefaults({ backend }, config);
  const experiment = await readExperiment(input, { name: source, ...(at && { at }) }, context);
  const said = flags.backend === undefined ? {} : { backend: '--backend' };
  const errors: MoekitError[] = [];
  const settings = parseSettings(flags.set, errors);
  const set = applySettings(experiment, settings, { registry, flags: said, errors });
  const wrong = joinErrors(errors, 'The list of --set');
  if (wrong) throw wrong;
  const chosen = { ...set, ...defined({ backend: flags.backend }) };
  return readExperiment(chosen, { name: 'The sweep' }, context);
}

async function inputOf(
  source: string,
  preset: string,
): Promise<{ readonly config: object; readonly at?: LoadedConfig['at'] }> {
  if (extname(source) !== '') return loadConfig(source, process.cwd());
  return { config: presetOf(findExperiment(source), presetNamed(preset)) };
}

function presetNamed(name: string): Preset {
  if (name === 'quick' || name === 'large') return name;
  throw fail('CLI_USAGE', {
    asked: '--preset must be quick or large',
    got: JSON.stringify(name),
    fix: 'quick takes minutes on two cores; large takes about two hours for all experiments together.',
  });
}

function defaultFolder({ name = 'sweep' }: Experiment, hash: string): string {
  return join('moekit-results', `${name.replace(/\W+/g, '-')}-${hash.slice(0, 8)}`);
}
