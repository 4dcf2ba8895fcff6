import { join } from 'node:path';

import type { PluginRegistry, RunSpec, TrainingEnd } from '@moekit/bench';
import {
  buildRun,
  checkpointRunOf,
  describedTask,
  hashOf,
  loadTask,
  parts,
  readStoredRun,
  resolveRun,
  specInput,
  trainOptionsOf,
  trainRun,
} from '@moekit/bench';
import { bind, createRunContainer, resolveBinding, resolveBindings, tokens } from '@moekit/core/di';
import { writeWhole } from '@moekit/files';
import { isMoekitError } from '@moekit/kernels';
import type { ParsedTrainOptions, TaskPlugin } from '@moekit/models';
import { isNonsense, parseTrainOptions, stringifyFigures } from '@moekit/models';
import type { CheckpointFolder, Retention } from '@moekit/models/node';
import { assertSameRun, readManifest } from '@moekit/models/node';
import type { DependencyContainer } from 'tsyringe';

import { assertRouterNames, assertTaskName, unknownRouter } from '../../assert-names.js';
import { applyDevice } from './apply-device.js';
import type { TrainFlags } from '../train.js';
import { defined } from '../../given.js';
import { EXIT_CODES, untilStopped } from '../../interrupt.js';
import { showLoading } from '../../output/load-progress.js';
import { oneLine } from '../../output/paint.js';
import { print, say } from '../../output/terminal.js';
import type { AssertOwn } from '../../own-output.js';
import { renderEnd } from '../../output/train-end.js';
import { ownOutput } from '../../own-output.js';
import { composeApplication, defaults, originOf, trainOutput } from '../../container.js';
import { wholeOf } from '../../training/find-checkpoint.js';
import { readSpec } from '../../training/read-spec.js';
import type { Trusted } from '../../training/trusted.js';
import { assertNoForeignCode } from '../../training/trusted.js';

/**
 * Trains one model, saving checkpoints on the way; with `--resume` it resumes from the last of them, bit for bit.
 * @returns the exit code: 0, 1 when training diverged, 128 + its number after a signal      @throws coded errors for bad input
 */
export async function train(flags: TrainFlags): Promise<number> {
  applyDevice(flags);
  const application = await composeApplication();
  const registry = resolveBinding(application, parts.registry);
  const spec = await specOf(flags, application);
  const task = await loadTask(spec.task, registry);
  const options = parseTrainOptions(trainOptionsOf(spec));
  const folder = flags.out ?? join('moekit-runs', `${task.name}-${hashOf(spec).slice(0, 8)}`);
  const container = createRunContainer(application);
  return ownOutput(folder, (assertOwn) =>
    run(flags, { container, registry, spec, task, options, folder, assertOwn }),
  );
}

interface Prepared {
  /** Of this run alone. */
  readonly container: DependencyContainer;
  readonly registry: PluginRegistry;
  readonly spec: RunSpec;
  readonly task: TaskPlugin;
  readonly options: ParsedTrainOptions;
  readonly folder: string;
  readonly assertOwn: AssertOwn;
}

async function run(flags: TrainFlags, prepared: Prepared): Promise<number> {
  const { container, registry, spec, task, options, folder, assertOwn } = prepared;
  const started = await resolveBinding(container, parts.startBackend)(spec.backend);
  const resolved = await resolveRun(spec, { registry, task });
  const data = await showLoading(flags.quiet, (onProgress) =>
    task.load(resolved.settings, onProgress),
  );
  const { metrics = task.metrics } = data;
  const [metric] = metrics;
  const checkpoints = checkpointsIn(container, folder, { keep: flags.keep, best: metric });
  const from = flags.resume ? wholeOf(await checkpoints.latestWhole()) : undefined;
  const same = checkpointRunOf(resolved, data, started);
  if (from) assertSameRun(await readManifest(from.path), same); // before its sizes are built
  const built = buildRun(resolved, data, { container });
  const run = { label: spec.router.router, spec, backend: started.name };
  bind(container, parts.run, () => run);
  bind(container, trainOutput, () => ({ ...sinksOf(flags, folder), quiet: flags.quiet, metric }));
  if (!flags.quiet) say(heading(started.name, folder, from?.step));
  try {
    const training = {
      task: built,
      run: same,
      checkpoints,
      assertOwn,
      saveEvery: flags.saveEvery,
      from,
      afterStep: flags.resume ? (from?.step ?? 0) : undefined,
      sinks: resolveBindings(container, parts.sinks),
      rng: resolveBinding(container, tokens.rng),
    };
    const { signal, ...end } = await untilStopped(async (stop) => {
      const ended = await trainRun({ ...training, stop: stop.asked });
      return { ...ended, signal: stop.signal };
    });
    show(end, flags, {
      folder,
      steps: options.steps,
      best: await checkpoints.best(),
      metrics,
    });
    return end.stopped && signal ? EXIT_CODES[signal] : 0;
  } catch (error) {
    return await reportDivergence(error, folder);
  } finally {
    built.model.dispose();
  }
}

/** With --resume and no configuration on the command line, the last checkpoint has the configuration. */
async function specOf(flags: TrainFlags, application: DependencyContainer): Promise<RunSpec> {
  const { steps, seed, resume, out, config: file, router } = flags;
  const { task, data, tokenizer, backend, set } = flags;
  const base =
    resume && out && file === undefined
      ? await lastManifest(application, out, { router, task })
      : undefined;
  const registry = resolveBinding(application, parts.registry);
  const own = resolveBinding(application, defaults);
  const spec = await readSpec(
    defined({ config: file, task, data, tokenizer, router, backend, set, steps, seed }),
    base
      ? { registry, base: specInput(base) }
      : {
          registry,
          unknownRouter: (name) => unknownRouter(name, registry),
          base: own.train,
          backend: own.backend,
          from: originOf(own, 'train'),
        },
  );
  assertTaskName(spec.task, registry);
  if (!base || router !== undefined) assertRouterNames([spec.router], registry);
  return spec;
}

/** Of the last whole checkpoint; skipped ones are reported when training resumes from it. */
async function lastManifest(application: DependencyContainer, folder: string, trusted: Trusted) {
  const registry = resolveBinding(application, parts.registry);
  const { whole, broken } = await checkpointsIn(application, folder).latestWhole();
  if (!whole && broken[0]) throw broken[0].error;
  if (!whole) return undefined;
  const manifest = await readManifest(whole.path);
  const stored = readStoredRun(manifest);
  assertNoForeignCode(stored, registry, trusted);
  await describedTask(whole.path, stored, { registry, name: trusted.task });
  return manifest;
}

function checkpointsIn(
  container: DependencyContainer,
  folder: string,
  retention: Retention = {},
): CheckpointFolder {
  return resolveBinding(container, parts.checkpoints)(join(folder, 'checkpoints'), retention);
}

function sinksOf({ log, tensorboard }: TrainFlags, folder: string) {
  return { log: log === true ? join(folder, 'events.jsonl') : log, tensorboard };
}

function heading(backend: string, folder: string, step: number | undefined): string {
  const from = step === undefined ? '' : `, resumed after step ${step}`;
  return `backend ${backend}, checkpoints in ${join(folder, 'checkpoints')}${from}\n`;
}

function show(end: TrainingEnd, { json }: TrainFlags, run: Parameters<typeof renderEnd>[1]): void {
  const { folder, steps, best } = run;
  const diverged = end.evaluation ? isNonsense(end.evaluation.metrics) : null;
  const all = { ...end, diverged, folder, steps, best: best ?? null };
  print(json ? `${stringifyFigures(all, 2)}\n` : renderEnd(end, run));
}

/** Writes the state of that moment to a file next to the checkpoints, which stay as they are. */
async function reportDivergence(error: unknown, folder: string): Promise<number> {
  if (!isMoekitError(error) || error.code !== 'MODELS_DIVERGED') throw error;
  const file = join(folder, 'diverged.json');
  const { code, message, cause } = error;
  const moment = `${JSON.stringify({ code, message, ...Object(cause) }, null, 2)}\n`;
  const where = await writeWhole(file, moment).then(
    () => `is in ${file}`,
    (problem: Error) => `could not be written: ${problem.message}`,
  );
  say(`error ${code}: ${oneLine(message)} The moment ${where}.\n`);
  return 1;
}
