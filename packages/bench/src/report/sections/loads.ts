import type { Results, Row } from '../../results/results-schema.js';
import { heatMap } from '../charts/heat-map.js';
import type { Panel } from '../page/panel.js';
import { smallCharts } from '../page/panel.js';
import { markup } from '../markup.js';
import { heatScale } from '../page/picture.js';

/** Loads from here on look the same: four times the mean. */
const TOP = 4;

/** The loads of one MoE layer over training. */
export interface LayerLoads {
  readonly label: string;
  readonly layer: number;
  /** Null where one run is all there is. */
  readonly seed: number | null;
  /** [time][expert] load over the mean load. */
  readonly loads: readonly (readonly number[])[];
}

/** One picture per router and MoE layer: experts across, training time down. */
export function loadsPanel({ rows }: Results): Panel | undefined {
  const layers = rows.filter(({ trainedAs }) => trainedAs === null).flatMap(layersOf);
  return layerLoadsPanel(layers, 'row');
}

/** @param of the name of the table's first column */
export function layerLoadsPanel(layers: readonly LayerLoads[], of: string): Panel | undefined {
  if (layers.length === 0) return undefined;
  const charts = layers.map(({ label, layer, seed, loads }) => ({
    title: label,
    note: `MoE layer ${layer + 1}${seed === null ? '' : `, seed ${seed}`}`,
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
      columns: [of, 'MoE layer', 'part of training', 'expert', 'load / mean'],
      rows: layers.flatMap(({ label, layer, loads }) =>
        loads.flatMap((experts, time) =>
          experts.map((load, expert) => [label, layer + 1, time + 1, expert, load]),
        ),
      ),
    },
  };
}

/** The loads of each layer. @param history [time][layer][expert] shares of the layer's rows */
export function layerLoads(
  history: readonly (readonly (readonly number[])[])[],
  { label, seed }: Pick<LayerLoads, 'label' | 'seed'>,
): LayerLoads[] {
  return Array.from({ length: history[0]?.length ?? 0 }, (_, layer) => ({
    label,
    layer,
    seed,
    loads: history.map((parts) => {
      const shares = parts[layer] ?? [];
      return shares.map((share) => share * shares.length);
    }),
  }));
}

function layersOf({ label, trials: [trial] }: Row): LayerLoads[] {
  return trial ? layerLoads(trial.loadHistory, { label, seed: trial.seed }) : [];
}
