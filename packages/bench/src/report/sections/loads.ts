import type { Results, Row } from '../../results/results-schema.js';
import { heatMap } from '../charts/heat-map.js';
import type { Panel } from '../page/panel.js';
import { smallCharts } from '../page/panel.js';
import { markup } from '../markup.js';
import { heatScale } from '../page/picture.js';

/** Loads from here on look the same: four times the mean. */
const TOP = 4;

interface LayerLoads {
  readonly label: string;
  readonly layer: number;
  readonly seed: number;
  /** [time][expert] load over the mean load. */
  readonly loads: readonly (readonly number[])[];
}

/** One picture per router and MoE layer: experts across, training time down. */
export function loadsPanel({ rows }: Results): Panel | undefined {
  const layers = rows.filter(({ trainedAs }) => trainedAs === null).flatMap(layersOf);
  if (layers.length === 0) return undefined;
  const charts = layers.map(({ label, layer, seed, loads }) => ({
    title: label,
    note: `MoE layer ${layer + 1}, seed ${seed}`,
    svg: heatMap({
      values: loads,
      top: TOP,
      x: 'expert',
      rowNames: loads.map((_, time) => `${Math.round((100 * time) / loads.length)}%`),
      description: `Load of each expert of ${label}, MoE layer ${layer + 1}, over training; the table below has the numbers.`,
    }),
  }));
  return {
    id: 'loads',
    title: 'Load per expert',
    note: 'Rows that each expert computed, relative to the mean. Training runs from top to bottom.',
    body: markup`${heatScale('idle', `${TOP}× the mean load or more`)}${smallCharts(charts)}`,
    table: {
      name: 'loads',
      columns: ['row', 'MoE layer', 'part of training', 'expert', 'load / mean'],
      rows: layers.flatMap(({ label, layer, loads }) =>
        loads.flatMap((experts, time) =>
          experts.map((load, expert) => [label, layer + 1, time + 1, expert, load]),
        ),
      ),
    },
  };
}

function layersOf({ label, trials }: Row): LayerLoads[] {
  const [trial] = trials;
  if (!trial) return [];
  const layers = trial.loadHistory[0]?.length ?? 0;
  return Array.from({ length: layers }, (_, layer) => ({
    label,
    layer,
    seed: trial.seed,
    loads: trial.loadHistory.map((parts) => {
      const shares = parts[layer] ?? [];
      return shares.map((share) => share * shares.length);
    }),
  }));
}
