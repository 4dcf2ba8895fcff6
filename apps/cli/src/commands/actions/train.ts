import { join } from 'node:path';

import type { PluginRegistry, RunSpec, TrainingEnd } from '@moekit/bench';
import {
  buildRun,
  checkpointRunOf,
  continuationOf,
  describeContinuation,
  hashOf,
  loadTask,
  parts,
  resolveRun,
  trainOptionsOf,
  trainRun,
} from '@moekit/bench';
import { bind, createRunContainer, resolveBinding, resolveBindings, tokens } from '@moekit/core/di';
import { writeWhole } from '@moekit/files';
import { isMoekitError } from '@moekit/kernels';
import type { ParsedTrainOptions, TaskPlugin } from '@moekit/models';
import { isNonsense, parseTrainOptions, stringifyFigures } from '@moekit/models';
import { readManifest } from '@moekit/models/node';
import type { DependencyContainer } from 'tsyringe';

import { assertRouterNames, assertTaskName, unknownRouter } from '../../assert-names.js';
import { applyDevice } from './apply-device.js';
import type { TrainFlags } from '../train.js';
import { composeApplication, defaults, originOf, trainOutput } from '../../container.js';
import { defined } from '../../given.js';
import { EXIT_CODES, untilStopped } from '../../interrupt.js';
import { showLoading } from '../../output/load-progress.js';
import { oneLine } from '../../output/paint.js';
import { print, say } from '../../output/terminal.js';
import type { AssertOwn } from '../../own-output.js';
import { renderEnd } from '../../output/train-end.js';
import { ownOutput } from '../../own-output.js';
import type { OtherRun } from '../../training/beginning.js';
import { assertBeganWith, baseOf, otherRunOf } from '../../training/beginning.js';
import { checkpointsIn } from '../../training/checkpoints-in.js';
import { wholeOf } from '../../training/find-checkpoint.js';
import { runFolder } from '../../training/run-folder.js';
import { readSpec } from '../../training/read-spec.js';
import type { TrainOutput } from '../../training/sinks.js';

/**
 * Trains one model, saving checkpoints on the way. With `--resume` it resumes from the last of them, bit for bit; with
 * `--from` or `--branch` it begins with a checkpoint of another run.
 * @param folder as `--out`
 * @returns the exit code: 0, 1 when training diverged, 128 + its number after a signal      @throws coded errors for bad input
 */
export async function train(folder: string | undefined, given: TrainFlags): Promise<number> {
  applyDevice(given);
  const application = await composeApplication();
  const registry = resolveBinding(application, parts.registry);
  const flags = { ...given, ...defined({ out: runFolder({ folder, out: given.out }, registry) }) };
  const other = await otherRunOf(flags);
  const spec = await specOf(flags, application, other);
  const task = await loadTask(spec.task, registry);
  const options = parseTrainOptions(trainOptionsOf(spec));
  const out = flags.out ?? defaultFolder(task, spec, other);
  const container = createRunContainer(application);
  return ownOutput(out, (assertOwn) =>
    run(flags, { container, registry, spec, task, options, folder: out, other, assertOwn }),
  );
}

function defaultFolder(task: TaskPlugin, spec: RunSpec, other: OtherRun | undefined): string {
  const described = other ? { spec, [other.kind]: other.manifest.sha256 } : spec;
  return join('moekit-runs', `${task.name}-${hashOf(described).slice(0, 8)}`);
}

interface Prepared {
  /** Of this run alone. */
  readonly container: DependencyContainer;
  readonly registry: PluginRegistry;
  readonly spec: RunSpec;
  readonly task: TaskPlugin;
  readonly options: ParsedTrainOptions;
  readonly folder: string;
  readonly other: OtherRun | undefined;
  readonly assertOwn: AssertOwn;
}

async function run(flags: TrainFlags, prepared: Prepared): Promise<number> {
  const { container, registry, spec, task, options, folder, other, assertOwn } = prepared;
  const started = await resolveBinding(container, parts.startBackend)(spec.backend);
  const resolved = await resolveRun(spec, { registry, task });
  const data = await showLoading(flags.quiet, (onProgress) =>
    task.load(resolved.settings, onProgress),
  );
  const { metrics = task.metrics } = data;
  const [metric] = metrics;
  const best = options.patience === undefined ? metric : HELD_OUT_LOSS;
  const checkpoints = checkpointsIn(container, folder, { keep: flags.keep, best });
  const resume = flags.resume ? wholeOf(await checkpoints.latestWhole()) : undefined;
  if (resume) assertBeganWith(await readManifest(resume.path), other);
  const beginning = resume ? { resume } : other ? { [other.kind]: other.path } : {};
  const same = checkpointRunOf(resolved, data, started);
  const continuation = await continuationOf(beginning, same); // before its sizes are built
  const built = buildRun(resolved, data, { container });
  const described = { label: spec.router.router, spec, backend: started.name };
  bind(container, parts.run, () => described);
  bind(container, trainOutput, () => ({ ...sinksOf(flags, folder), quiet: flags.quiet, metric }));
  if (!flags.quiet) say(heading(started.name, folder, resume?.step));
  if (!flags.quiet && continuation) say(`${oneLine(describeContinuation(continuation))}\n`);
  try {
    const training = {
      task: built,
      run: same,
      checkpoints,
      assertOwn,
      saveEvery: flags.saveEvery,
      ...beginning,
      afterStep: flags.resume ? (resume?.step ?? 0) : undefined,
      sinks: resolveBindings(container, parts.sinks),
      rng: resolveBinding(container, tokens.rng),
    };
    const { signal, ...end } = await untilStopped(async (stop) => {
      const ended = await trainRun({ ...training, stop: stop.asked });
      return { ...ended, signal: stop.signal };
    });
    show(end, flags, { folder, options, best: await checkpoints.best(), metrics });
    return end.stopped && signal ? EXIT_CODES[signal] : 0;
  } catch (error) {
    return await reportDivergence(error, folder);
  } finally {
    built.model.dispose();
  }
}

/** The figure of the best checkpoint of a run with patience: the one its patience goes by. */
const HELD_OUT_LOSS = { name: 'loss', better: 'lower' } as const;

/** A run that begins with a checkpoint has its configuration, unless the command line names a file. */
async function specOf(
  flags: TrainFlags,
  application: DependencyContainer,
  other: OtherRun | undefined,
): Promise<RunSpec> {
  const { steps, seed, config: file, router, task, data, tokenizer, backend, set } = flags;
  const base = await baseOf(application, other, flags);
  const registry = resolveBinding(application, parts.registry);
  const own = resolveBinding(application, defaults);
  const spec = await readSpec(
    defined({ config: file, task, data, tokenizer, router, backend, set, steps, seed }),
    base
      ? { registry, base }
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

function sinksOf({ log = true, tensorboard }: TrainFlags, folder: string): LogsTo {
  if (typeof log === 'string') return { log, tensorboard };
  return { log: log ? join(folder, 'events.jsonl') : undefined, ownLog: log, tensorboard };
}

type LogsTo = Pick<TrainOutput, 'log' | 'ownLog' | 'tensorboard'>;

function heading(backend: string, folder: string, step: number | undefined): string {
  const from = step === undefined ? '' : `, resumed after step ${step}`;
  return `backend ${backend}, checkpoints in ${join(folder, 'checkpoints')}${from}\n`;
}

function show(end: TrainingEnd, { json }: TrainFlags, run: Parameters<typeof renderEnd>[1]): void {
  const { folder, options, best } = run;
  const diverged = end.evaluation ? isNonsense(end.evaluation.metrics) : null;
  const all = { ...end, diverged, folder, steps: options.steps, best: best ?? null };
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
