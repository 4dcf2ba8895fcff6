import type { TrainedRun } from '../../training-runs/read-training-run.js';
import { format } from '../../statistics/format.js';
import type { Line } from '../charts/lines.js';
import { DASHES, linesChart } from '../charts/lines.js';
import type { Panel } from '../page/panel.js';
import { runLines } from './run-lines.js';

/** Training and held-out loss of all runs on one chart. */
export function lossPanel(runs: readonly TrainedRun[]): Panel | undefined {
  const heldOut = runLines(runs, ({ log, end }) =>
    (log ? log.evaluations : end ? [end] : []).map(({ step, metrics }) => [step, lossOf(metrics)]),
  );
  const training = runLines(runs, ({ log }) =>
    (log?.training ?? []).map(({ step, metrics }) => [step, lossOf(metrics)]),
  );
  if (heldOut.length + training.length === 0) return undefined;
  const most = highest(heldOut);
  const dotted = training.map((line) => ({
    ...line,
    points: line.points.filter(([, loss]) => loss <= most),
    label: `${line.label}, training`,
    dash: DASHES[2],
  }));
  const drawn = new Set(
    [...heldOut, ...dotted].flatMap((l) => (l.points.length > 0 ? [l.colour] : [])),
  );
  const hidden = training.filter(({ colour }) => !drawn.has(colour)).map(({ label }) => label);
  const above = training.some(({ points }) => points.some(([, loss]) => loss > most));
  return {
    id: 'loss',
    title: 'Loss over training',
    note: `Nats per target. Whole lines: held-out data, with the routers’ evaluation capacity. Dotted: training batches, means of up to a hundredth of the run.${above ? ` Training losses above ${format.bits(most)}, mostly of the first steps, are in the numbers alone${hidden.length > 0 ? `, with all those of ${hidden.join(', ')}` : ''}.` : ''}`,
    body: linesChart({
      lines: [...dotted, ...heldOut],
      x: 'training step',
      y: 'loss (lower is better)',
      description: `Training and held-out loss of ${runs.length} runs over training; the table below has the numbers.`,
    }),
    table: {
      name: 'loss',
      columns: ['run', 'data', 'step', 'loss'],
      rows: [
        ...heldOut.flatMap(({ label, points }) =>
          points.map(([step, loss]) => [label, 'held-out', step, loss]),
        ),
        ...training.flatMap(({ label, points }) =>
          points.map(([step, loss]) => [label, 'training', step, loss]),
        ),
      ],
    },
  };
}

/** Above the held-out losses by half of their range: the first steps would leave no room for the others. */
function highest(lines: readonly Line[]): number {
  const values = lines.flatMap(({ points }) => points.map(([, loss]) => loss));
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return Infinity;
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  return most + Math.max(most - least, 0.1 * most) / 2;
}

const lossOf = ({ loss }: Readonly<Record<string, number>>) => loss ?? Number.NaN;
