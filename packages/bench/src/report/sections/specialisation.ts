import type { Results, Row } from '../../results/results-schema.js';
import { meanOf } from '../../statistics/summary.js';
import { format } from '../../statistics/format.js';
import { heatMap } from '../charts/heat-map.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import type { Panel } from '../page/panel.js';
import { smallCharts } from '../page/panel.js';
import { heatScale } from '../page/picture.js';
import { scrollTable } from '../page/scroll-table.js';

/** Shares from here on look the same: four times an even one. */
const TOP = 4;

interface LayerLabels {
  readonly label: string;
  readonly layer: number;
  readonly seed: number;
  readonly names: readonly string[];
  /** [label][expert] share of the label's pairs over an even share. */
  readonly shares: readonly (readonly number[])[];
}

/** Which experts the tokens of each domain go to, and how much an expert says of the domain. */
export function specialisationPanel({ rows }: Results): Panel | undefined {
  const layers = rows.flatMap(layersOf);
  if (layers.length === 0) return undefined;
  const charts = layers.map(({ label, layer, seed, names, shares }) => ({
    title: label,
    note: `MoE layer ${layer + 1}, seed ${seed}`,
    svg: heatMap({
      values: shares,
      top: TOP,
      x: 'expert',
      rowNames: names,
      nameWidth: 110,
      description: `Experts of each kind of token in ${label}, MoE layer ${layer + 1}; the table below has the numbers.`,
    }),
  }));
  return {
    id: 'specialisation',
    title: 'Experts by domain',
    note: 'Share of the (token, expert) pairs of each domain that went to each expert in the evaluation, relative to an even share. Information is the normalised mutual information of expert and domain: 0 where the expert says nothing of the domain, 1 where it tells it. Utilisation is the share of experts with at least half of an even load.',
    body: markup`${figures(rows)}${heatScale('none', `${TOP}× an even share or more`)}${smallCharts(charts)}`,
    table: {
      name: 'specialisation',
      columns: ['row', 'MoE layer', 'domain', 'expert', 'share / even share'],
      rows: layers.flatMap(({ label, layer, names, shares }) =>
        shares.flatMap((experts, l) =>
          experts.map((share, expert) => [label, layer + 1, names[l]!, expert, share]),
        ),
      ),
    },
  };
}

/** A line for each row: means over MoE layers and seeds. */
function figures(rows: readonly Row[]): Markup {
  const lines = rows.flatMap(({ label, trials }) => {
    const layers = trials.flatMap((trial) => trial.layers);
    const of = (name: 'labelInformation' | 'utilisation') =>
      layers.flatMap((layer) => layer[name] ?? []);
    const [information, used] = [of('labelInformation'), of('utilisation')];
    if (information.length === 0) return [];
    const cells = [format.ratio(meanOf(information)), format.share(meanOf(used))];
    return [
      markup`<tr><th scope="row">${label}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`,
    ];
  });
  return scrollTable({
    caption: 'Information and utilisation',
    head: ['router', 'information', 'utilisation'],
    rows: lines,
  });
}

/** Of the first seed. */
function layersOf({ label, trials }: Row): LayerLabels[] {
  const [trial] = trials;
  const names = trial?.labels;
  if (!trial || !names) return [];
  return trial.layers.flatMap(({ labels: counts }, layer) => {
    if (!counts) return [];
    const shares = names.map((_, l) => {
      const all = counts.reduce((sum, row) => sum + (row[l] ?? 0), 0);
      return counts.map((row) => ((row[l] ?? 0) * counts.length) / Math.max(all, 1));
    });
    return [{ label, layer, seed: trial.seed, names, shares }];
  });
}
