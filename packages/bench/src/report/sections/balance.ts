import type { Results, Row } from '../../results/results-schema.js';
import { meanOf } from '../../statistics/summary.js';
import { rowColours } from '../charts/colours.js';
import { linesChart } from '../charts/lines.js';
import type { Panel } from '../page/panel.js';

/** Max violation of each row over training, step by step: how fast a router balances, and whether it stays so. */
export function balancePanel(results: Results): Panel | undefined {
  const colours = rowColours(results);
  const lines = results.rows
    .map((row) => ({ label: row.label, colour: colours.get(row)!, points: meanBalance(row) }))
    .filter(({ points }) => points.length > 0);
  if (lines.length === 0) return undefined;
  return {
    id: 'balance',
    title: 'Balance over training',
    note: 'Max violation of training steps: how much more the fullest expert got than an even share, as a multiple of it; 0 is balance. Mean over MoE layers and seeds.',
    body: linesChart({
      lines,
      x: 'training step',
      y: 'max violation (lower is better)',
      description: `Max violation of ${lines.length} rows over training; the table below has the numbers.`,
    }),
    table: {
      name: 'balance',
      columns: ['row', 'step', 'max violation'],
      rows: lines.flatMap(({ label, points }) => points.map(([step, y]) => [label, step, y])),
    },
  };
}

/** Points that every finished trial of the row has. */
function meanBalance({ trials, trainedAs }: Row): (readonly [number, number])[] {
  if (trainedAs !== null) return []; // it was not trained: the row that was has the curve
  const first = trials[0]?.balanceCurve ?? [];
  return first.flatMap(({ step }, i) => {
    const values = trials.map(({ balanceCurve }) => balanceCurve?.[i]?.layers);
    if (values.some((layers) => layers === undefined)) return [];
    return [[step, meanOf((values as number[][]).map(meanOf))] as const];
  });
}
