import type { Results, Row } from '../../results/results-schema.js';
import { rowColours } from '../charts/colours.js';
import { linesChart } from '../charts/lines.js';
import type { Panel } from '../page/panel.js';

/** Share of positive hidden activations by MoE layer, where the experiment measures it. */
export function activationsPanel(results: Results): Panel | undefined {
  const colours = rowColours(results);
  const lines = results.rows.flatMap((row) => {
    const points = byLayer(row);
    return points.length > 0 ? [{ label: row.label, colour: colours.get(row)!, points }] : [];
  });
  if (lines.length === 0) return undefined;
  const meaning = 'share of positive activations';
  return {
    id: 'activations',
    title: 'Activations above zero',
    note: "Share of the experts' hidden activations that are above 0 in the evaluation, by MoE layer, mean over seeds.",
    body: linesChart({
      lines,
      x: 'MoE layer',
      y: meaning,
      share: true,
      description: 'Positive activations by layer; the table below has the numbers.',
    }),
    table: {
      name: 'activations',
      columns: ['row', 'MoE layer', meaning],
      rows: lines.flatMap(({ label, points }) => points.map(([layer, y]) => [label, layer, y])),
    },
  };
}

function byLayer({ trials }: Row): (readonly [number, number])[] {
  const count = trials[0]?.layers.length ?? 0;
  return Array.from({ length: count }, (_, layer) => {
    const values = trials.flatMap(({ layers }) => layers[layer]?.positiveActivations ?? []);
    return [layer + 1, values.reduce((sum, v) => sum + v, 0) / values.length] as const;
  }).filter(([, share]) => Number.isFinite(share));
}
