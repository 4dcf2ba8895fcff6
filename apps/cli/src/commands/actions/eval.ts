import type { OpenedRun, PluginRegistry, Setting } from '@moekit/bench';
import {
  differencesFromTraining,
  loadModel,
  loadTask,
  openRun,
  parseSettings,
  parts,
  readStoredRun,
  setRouter,
} from '@moekit/bench';
import { resolveBinding } from '@moekit/core/di';
import { evaluate, routingFigures, stringifyFigures } from '@moekit/models';
import { readManifest } from '@moekit/models/node';

import { assertTaskName } from '../../assert-names.js';
import { applyDevice } from './apply-device.js';
import type { EvalFlags } from '../eval.js';
import { composeApplication } from '../../container.js';
import { fail } from '../../errors.js';
import type { EvaluatedSetting } from '../../output/evaluations.js';
import { renderEvaluations } from '../../output/evaluations.js';
import { showLoading } from '../../output/load-progress.js';
import { outputColumns, print, say } from '../../output/terminal.js';
import { findCheckpoint } from '../../training/find-checkpoint.js';
import { assertNoForeignCode } from '../../training/trusted.js';

/**
 * Evaluates a checkpoint on its held-out data, under the options it was trained with or others.
 * @returns the exit code      @throws coded errors for bad input
 */
export async function evaluateCheckpoint(path: string, flags: EvalFlags): Promise<number> {
  applyDevice(flags);
  const { batches } = flags;
  const settings = parseSettings(flags.set);
  const application = await composeApplication();
  const registry = resolveBinding(application, parts.registry);
  const { router, task } = flags;
  const { checkpoint, manifest } = await locate(path, flags, registry);
  const opened = await showLoading(false, (onProgress) =>
    openRun(checkpoint, { registry, router, task, manifest, onProgress }),
  );
  const grid = gridOf(opened, settings);
  const startBackend = resolveBinding(application, parts.startBackend);
  const now = await startBackend(flags.backend ?? opened.manifest.backend);
  const rows: EvaluatedSetting[] = [];
  for (const set of grid) {
    rows.push(await evaluateSetting(opened, set, { batches, measure: flags.measure ?? false }));
  }
  const { step } = opened.manifest;
  const backend = now.name;
  const { differs, dataAsTrained } = differencesFromTraining(opened, now);
  const { name, hash } = opened.data.description;
  const data = { name, hash, asTrained: dataAsTrained };
  say(warningOf(differs, dataAsTrained));
  const result = {
    checkpoint,
    step,
    task: opened.stored.task,
    data,
    differs,
    backend,
    batches,
    rows,
  };
  print(
    flags.json
      ? `${stringifyFigures(result, 2)}\n`
      : renderEvaluations(result, opened.data.metrics ?? opened.task.metrics, outputColumns(flags)),
  );
  return 0;
}

function warningOf(differs: readonly string[], dataAsTrained: boolean): string {
  if (differs.length === 0) return '';
  const seen = dataAsTrained ? '' : '; the text held out now may have been trained on';
  return `warning: changed since the checkpoint was trained: ${differs.join(', ')}${seen}\n`;
}

/** The checkpoint to evaluate, with its manifest, of which the names are trusted. */
async function locate(path: string, flags: EvalFlags, registry: PluginRegistry) {
  const last = await findCheckpoint(path);
  const { manifest, task } = await readTrusted(last, flags, registry);
  if (!flags.best) return { checkpoint: last, manifest };
  const { metrics } = await loadTask(task, registry);
  // data may lack the first: there are no bits per byte of a text that its tokenizer changed
  const had = metrics.find(({ name }) => name in (manifest.evaluation?.metrics ?? {}));
  const best = await findCheckpoint(path, had ?? metrics[0]);
  const read = await readTrusted(best, flags, registry); // it may name other code than the last one
  return { checkpoint: best, manifest: read.manifest };
}

async function readTrusted(
  path: string,
  { router, task }: Pick<EvalFlags, 'router' | 'task'>,
  registry: PluginRegistry,
) {
  const manifest = await readManifest(path);
  const stored = readStoredRun(manifest);
  assertNoForeignCode(stored, registry, { router, task });
  const name = task ?? stored.task;
  assertTaskName(name, registry);
  return { manifest, task: name };
}

async function evaluateSetting(
  opened: OpenedRun,
  set: Readonly<Record<string, unknown>>,
  { batches, measure }: { readonly batches: number; readonly measure: boolean },
): Promise<EvaluatedSetting> {
  const task = await loadModel(opened, set);
  try {
    const { flops, tokens, layers, ...quality } = await evaluate(task, { batches });
    const perToken = Object.entries(flops).map(([part, n]) => [part, n / tokens] as const);
    return {
      set,
      ...quality,
      forwardFlopsPerToken: Object.fromEntries(perToken),
      layers: layers.map(routingFigures),
      ...(measure && task.measure && { measured: await task.measure({ dropFree: false }) }),
    };
  } finally {
    task.model.dispose();
  }
}

/** Every combination of the values given; one empty setting when there are none. @throws BENCH_SET, CLI_USAGE */
function gridOf({ router, stored }: OpenedRun, settings: readonly Setting[]) {
  if (router || settings.length === 0) return setRouter(stored.router.router, settings);
  throw fail('CLI_USAGE', {
    asked:
      'The checkpoint is of a dense model, which has no router whose options --set could change',
    fix: 'Leave out --set.',
  });
}
