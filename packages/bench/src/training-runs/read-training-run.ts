import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import type { Continuation } from '@moekit/models';
import type { CheckpointManifest } from '@moekit/models/node';
import { CheckpointFolder, readManifest } from '@moekit/models/node';

import { fail } from '../errors.js';
import type { FoldedLog, LoggedEvaluation } from './fold-log.js';
import { foldLog } from './fold-log.js';
import type { Setting } from './settings-of.js';
import { settingsOf } from './settings-of.js';

/** One training run as its folder tells it. */
export interface TrainedRun {
  /** A short name, different from those of the other runs. */
  readonly label: string;
  readonly path: string;
  /** `unfinished`: it was stopped or killed, or trains still. */
  readonly state: 'finished' | 'stopped early' | 'unfinished';
  readonly step: number;
  /** All steps that it was to take; null where neither log nor checkpoint says. */
  readonly steps: number;
  /** Of its last checkpoint; null without one. */
  readonly settings: Readonly<Record<string, Setting>> | null;
  readonly history: readonly Continuation[];
  /** Null where it wrote none. */
  readonly log: FoldedLog | null;
  /** The last evaluation; null where there was none. */
  readonly end: Omit<LoggedEvaluation, 'layers' | 'trainingFlops'> | null;
  /** The evaluation of the lowest held-out loss. */
  readonly best: { readonly step: number; readonly loss: number } | null;
}

/** Whether a path is a folder or a log of `moekit train`, by its files. */
export function isTrainingRun(path: string): boolean {
  if (/\.jsonl$/i.test(path)) return isFile(path);
  return isFile(logIn(path)) || isFolder(join(path, 'checkpoints'));
}

/**
 * Reads a run of `moekit train`: the log in its folder, or a log by itself, and the last checkpoint next to it.
 * @throws BENCH_TRAINING_RUN where the path holds neither steps nor a checkpoint, MODELS_CHECKPOINT_*
 */
export async function readTrainingRun(path: string): Promise<TrainedRun> {
  const isLog = isFile(path);
  const folder = isLog ? dirname(path) : path;
  const file = isLog ? path : logIn(path);
  const log = isFile(file) ? await foldLog(file) : undefined;
  const manifest = await lastManifest(join(folder, 'checkpoints'));
  if (!log && !manifest) throw noRun(path);
  const end = log?.evaluations.at(-1) ?? manifest?.evaluation;
  const step = log?.lastStep ?? manifest!.step;
  const steps = log?.steps ?? Number(manifest!.training['steps']);
  return {
    label: labelOf(path, isLog),
    path,
    state:
      step >= steps
        ? 'finished'
        : log?.earlyStop || isOver(manifest)
          ? 'stopped early'
          : 'unfinished',
    step,
    steps,
    settings: manifest ? settingsOf(manifest) : null,
    history: manifest?.history ?? [],
    log: log ?? null,
    end: end ? { step: end.step, metrics: end.metrics } : null,
    best: bestOf(log?.evaluations ?? (end ? [end] : [])),
  };
}

/** The names of runs, each once: a second one of a name has its number. */
export function withLabels(runs: readonly TrainedRun[]): TrainedRun[] {
  const names = runs.map(({ label }) => label);
  const twice = (name: string) => names.filter((other) => other === name).length > 1;
  return runs.map((run, i) => {
    const before = names.slice(0, i).filter((name) => name === run.label).length;
    return twice(run.label) ? { ...run, label: `${run.label} (${before + 1})` } : run;
  });
}

/** `events.jsonl` of a run and `checkpoints` say nothing: the folder has the name. */
function labelOf(path: string, isLog: boolean): string {
  const whole = resolve(path);
  return isLog && basename(whole) !== 'events.jsonl'
    ? basename(whole).replace(/\.jsonl$/i, '')
    : basename(isLog ? dirname(whole) : whole);
}

function isOver(manifest: CheckpointManifest | undefined): boolean {
  const patience = manifest?.training['patience'];
  return typeof patience === 'number' && (manifest?.earlyStopping?.waited ?? 0) >= patience;
}

/** Of the last checkpoint whose manifest is whole. @throws MODELS_CHECKPOINT_* where there are some and none is */
async function lastManifest(folder: string): Promise<CheckpointManifest | undefined> {
  let first: unknown;
  for (const { path } of (await new CheckpointFolder(folder).list()).toReversed()) {
    try {
      return await readManifest(path);
    } catch (error) {
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
  return undefined;
}

function bestOf(evaluations: readonly Pick<LoggedEvaluation, 'step' | 'metrics'>[]) {
  const rated = evaluations.flatMap(({ step, metrics: { loss } }) =>
    loss !== undefined && Number.isFinite(loss) ? [{ step, loss }] : [],
  );
  return rated.sort((a, b) => a.loss - b.loss)[0] ?? null;
}

const logIn = (folder: string) => join(folder, 'events.jsonl');
function statOf(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined; // not there, or inside what is no folder
  }
}
const isFile = (path: string) => statOf(path)?.isFile() ?? false;
const isFolder = (path: string) => statOf(path)?.isDirectory() ?? false;

function noRun(path: string) {
  return fail('BENCH_TRAINING_RUN', {
    asked: `${path} must hold a run of moekit train: a log with a step, or a checkpoint`,
    got: 'neither',
    fix: 'Give a folder that moekit train wrote. A run that ended before its first step has nothing to show.',
  });
}
