import { relative } from 'node:path';

import type { Metric, ParsedTrainOptions } from '@moekit/models';
import { isNonsense } from '@moekit/models';
import type { StoredCheckpoint } from '@moekit/models/node';

import type { TrainingEnd } from '@moekit/bench';
import { describeContinuation } from '@moekit/bench';
import { DIVERGED } from './diverged.js';
import { describeWait } from './early-stop.js';
import { oneLine, paint } from './paint.js';

/** The last lines of `moekit train`: how good the model is, and its folder. */
export function renderEnd(
  { stopped, stoppedEarly, step, evaluation, checkpoint, history }: TrainingEnd,
  run: {
    readonly folder: string;
    readonly options: Pick<ParsedTrainOptions, 'steps' | 'minImprovement'>;
    readonly best: StoredCheckpoint | undefined;
    /** Those that the task reports; a checkpoint may hold more. */
    readonly metrics: readonly Metric[];
  },
): string {
  const { folder, options, best, metrics } = run;
  const state = stopped
    ? paint.yellow(`stopped after step ${step} of ${options.steps}`)
    : stoppedEarly
      ? `stopped early after step ${step} of ${options.steps}: ${describeWait(stoppedEarly, options.minImprovement)}`
      : `${step} steps`;
  const figures = metrics.flatMap(({ name }) => {
    const value = evaluation?.metrics[name];
    return value === undefined ? [] : [`${name} ${value.toFixed(4)}`];
  });
  return [
    paint.bold(state),
    ...history.map((part) => oneLine(describeContinuation(part))),
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
