import type { Results, Row } from '../../results/results-schema.js';
import { rowColours } from '../charts/colours.js';
import { histogram } from '../charts/histogram.js';
import type { Panel } from '../page/panel.js';
import { smallCharts } from '../page/panel.js';

/** The number of experts per token, by row, over all MoE layers and seeds. */
export function expertsPanel(results: Results): Panel | undefined {
  const colours = rowColours(results);
  const shown = results.rows.flatMap((row) => {
    const shares = meanHistogram(row);
    return shares.length > 0 ? [{ label: row.label, colour: colours.get(row)!, shares }] : [];
  });
  if (shown.length === 0) return undefined;
  return {
    id: 'experts',
    title: 'Experts per token',
    note: 'Share of the tokens that reached this many real experts in the evaluation, mean over MoE layers and seeds.',
    body: smallCharts(
      shown.map(({ label, colour, shares }) => ({
        title: label,
        svg: histogram({
          shares,
          colour,
          x: 'real experts per token',
          description: `Experts per token of ${label}; the table below has the numbers.`,
        }),
      })),
    ),
    table: {
      name: 'experts-per-token',
      columns: ['row', 'experts', 'share of tokens'],
      rows: shown.flatMap(({ label, shares }) => shares.map((share, n) => [label, n, share])),
    },
  };
}

function meanHistogram({ trials }: Row): number[] {
  const all = trials.flatMap(({ layers }) => layers.map((layer) => layer.expertsHistogram));
  const filled = all.filter((shares) => shares.length > 0);
  const length = Math.max(0, ...filled.map((shares) => lastUsed(shares) + 1));
  return Array.from(
    { length },
    (_, n) => filled.reduce((sum, shares) => sum + (shares[n] ?? 0), 0) / filled.length,
  );
}

const lastUsed = (shares: readonly number[]) => shares.findLastIndex((share) => share > 0);
