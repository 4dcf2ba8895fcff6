import { relative } from 'node:path';

import type { Metric } from '@moekit/models';
import { isNonsense } from '@moekit/models';
import type { StoredCheckpoint } from '@moekit/models/node';

import type { TrainingEnd } from '@moekit/bench';
import { DIVERGED } from './diverged.js';
import { paint } from './paint.js';

/** The last lines of `moekit train`: how good the model is, and its folder. */
export function renderEnd(
  { stopped, step, evaluation, checkpoint }: TrainingEnd,
  run: {
    readonly folder: string;
    readonly steps: number;
    readonly best: StoredCheckpoint | undefined;
    /** Those that the task reports; a checkpoint may hold more. */
    readonly metrics: readonly Metric[];
  },
): string {
  const { folder, steps, best, metrics } = run;
  const state = stopped ? paint.yellow(`stopped after step ${step} of ${steps}`) : `${step} steps`;
  const figures = metrics.flatMap(({ name }) => {
    const value = evaluation?.metrics[name];
    return value === undefined ? [] : [`${name} ${value.toFixed(4)}`];
  });
  return [
    paint.bold(state),
    ...(evaluation ? [`held-out, step ${evaluation.step}: ${figures.join(', ')}`] : []),
    ...(evaluation && isNonsense(evaluation.metrics) ? [paint.red(DIVERGED)] : []),
    ...(checkpoint ? [`last  ${shown(checkpoint.path)}`] : []),
    ...(best ? [`best  ${shown(best.path)}`] : []),
    ...(stopped ? [`resume with: moekit train --resume --out ${shown(folder)}`] : []),
    '',
  ].join('\n');
}

function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
