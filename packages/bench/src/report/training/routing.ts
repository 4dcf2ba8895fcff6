import type { RoutingSummary } from '@moekit/core';

import { meanOf } from '../../statistics/summary.js';
import type { TrainedRun } from '../../training-runs/read-training-run.js';
import { linesChart } from '../charts/lines.js';
import type { Panel } from '../page/panel.js';
import { layerLoads, layerLoadsPanel } from '../sections/loads.js';
import { runLines } from './run-lines.js';

const FIGURES: readonly (Pick<Panel, 'id' | 'title' | 'note'> & {
  readonly name: keyof RoutingSummary;
  readonly y: string;
  readonly share?: boolean;
})[] = [
  {
    id: 'experts',
    name: 'expertsPerToken',
    title: 'Experts per token',
    note: 'Experts that computed a token in training, mean over MoE layers.',
    y: 'experts per token',
  },
  {
    id: 'dropped',
    name: 'droppedShare',
    title: 'Dropped pairs',
    note: 'Share of the selected pairs of token and expert that the capacity dropped in training, mean over MoE layers.',
    y: 'dropped share (lower is better)',
  },
  {
    id: 'balance',
    name: 'maxViolation',
    title: 'Balance',
    note: 'Max violation in training: how much more the fullest expert got than an even share, as a multiple of it; 0 is balance. Mean over MoE layers; of loads summed over a hundredth of the run.',
    y: 'max violation (lower is better)',
  },
];

/** Figures of the routing over training; without those that are zero everywhere. */
export function routingPanels(runs: readonly TrainedRun[]): Panel[] {
  return FIGURES.flatMap(({ name, y, ...about }) => {
    const lines = runLines(runs, ({ log }) =>
      (log?.training ?? [])
        .filter(({ layers }) => layers.length > 0)
        .map(({ step, layers }) => [step, meanOf(layers.map((layer) => layer[name]))]),
    );
    if (lines.every(({ points }) => points.every(([, value]) => value === 0))) return [];
    return [
      {
        ...about,
        body: linesChart({
          lines,
          x: 'training step',
          y,
          description: `${about.title} of ${lines.length} runs over training; the table below has the numbers.`,
        }),
        table: {
          name: about.id,
          columns: ['run', 'step', about.title.toLowerCase()],
          rows: lines.flatMap(({ label, points }) => points.map(([step, v]) => [label, step, v])),
        },
      },
    ];
  });
}

/** One picture per run and MoE layer: experts across, training time down. */
export function loadPanel(runs: readonly TrainedRun[]): Panel | undefined {
  const layers = runs.flatMap(({ label, log }) =>
    layerLoads(log?.loads ?? [], { label, seed: null }),
  );
  return layerLoadsPanel(layers, 'run');
}
