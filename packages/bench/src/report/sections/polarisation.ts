import type { Results, Row } from '../../results/results-schema.js';
import { rowColours } from '../charts/colours.js';
import type { Line } from '../charts/lines.js';
import { DASHES, linesChart } from '../charts/lines.js';
import type { Panel } from '../page/panel.js';

/** Null ratio (whole lines) and zero-compute ratio (dashed) on training batches, over training. */
export function polarisationPanel(results: Results): Panel | undefined {
  const colours = rowColours(results);
  const lines = results.rows.flatMap((row) => linesOf(row, colours.get(row)!));
  if (lines.length === 0) return undefined;
  return {
    id: 'polarisation',
    title: 'Null slots and tokens without compute',
    note: 'Solid lines: share of the slots that zero-compute experts took. Dashed: share of the tokens for which they took every slot. On training batches, mean over MoE layers and seeds.',
    body: linesChart({
      lines,
      x: 'training step',
      y: 'share',
      share: true,
      description:
        'Null ratio and zero-compute ratio over training; the table below has the numbers.',
    }),
    table: {
      name: 'polarisation',
      columns: ['row', 'step', 'share'],
      rows: lines.flatMap(({ label, points }) =>
        points.map(([step, share]) => [label, step, share]),
      ),
    },
  };
}

function linesOf({ label, trials, trainedAs }: Row, colour: string): Line[] {
  if (trainedAs !== null || !trials[0]) return [];
  const ratio = (key: 'nullShare' | 'zeroComputeShare') =>
    trials[0]!.trainingCurve.map(({ step }, part) => {
      const layers = trials.flatMap(({ trainingCurve }) => trainingCurve[part]?.layers ?? []);
      const sum = layers.reduce((total, layer) => total + layer[key], 0);
      return [step, sum / Math.max(layers.length, 1)] as const;
    });
  const nulls = ratio('nullShare');
  if (nulls.every(([, share]) => share === 0)) return [];
  return [
    { label: `${label}, slots`, colour, points: nulls },
    { label: `${label}, tokens`, colour, points: ratio('zeroComputeShare'), dash: DASHES[1] },
  ];
}
