import { relative } from 'node:path';

import type { StoredCheckpoint } from '@moekit/models';
import pc from 'picocolors';

import type { TrainingEnd } from '../training/run-training.js';

/** What `moekit train` prints at the end: how good the model is, and where it lies. */
export function renderEnd(
  { stopped, step, evaluation, checkpoint }: TrainingEnd,
  run: {
    readonly folder: string;
    readonly steps: number;
    readonly best: StoredCheckpoint | undefined;
  },
): string {
  const { folder, steps, best } = run;
  const state = stopped ? pc.yellow(`stopped after step ${step} of ${steps}`) : `${step} steps`;
  const figures = Object.entries(evaluation?.metrics ?? {}).map(
    ([name, value]) => `${name} ${value.toFixed(4)}`,
  );
  return [
    pc.bold(state),
    ...(evaluation ? [`held-out, step ${evaluation.step}: ${figures.join(', ')}`] : []),
    ...(checkpoint ? [`last  ${shown(checkpoint.path)}`] : []),
    ...(best ? [`best  ${shown(best.path)}`] : []),
    ...(stopped ? [`go on with: moekit train --resume --out ${shown(folder)}`] : []),
    '',
  ].join('\n');
}

function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
