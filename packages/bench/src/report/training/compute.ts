import { format } from '../../statistics/format.js';
import type { TrainedRun } from '../../training-runs/read-training-run.js';
import { linesChart } from '../charts/lines.js';
import type { Panel } from '../page/panel.js';
import { runLines } from './run-lines.js';

/** Held-out loss against what was computed for it. */
export function computePanel(runs: readonly TrainedRun[]): Panel | undefined {
  const lines = runLines(runs, ({ log }) =>
    (log?.evaluations ?? []).map(({ metrics, trainingFlops }) => [
      trainingFlops,
      metrics['loss'] ?? Number.NaN,
    ]),
  );
  if (lines.length === 0) return undefined;
  return {
    id: 'compute',
    title: 'Loss against compute',
    note: 'FLOPs of the logged steps, forward and backward, from the rows that were dispatched. The compute of a checkpoint that a run began with is not among them.',
    body: linesChart({
      lines,
      x: 'training FLOPs',
      y: 'held-out loss (lower is better)',
      description: `Held-out loss of ${lines.length} runs against training FLOPs; the table below has the numbers.`,
    }),
    table: {
      name: 'compute',
      columns: ['run', 'training FLOPs', 'held-out loss'],
      rows: lines.flatMap(({ label, points }) =>
        points.map(([flops, loss]) => [label, format.count(flops), loss]),
      ),
    },
  };
}

/** The learning rate of each run, which tells their schedules apart. */
export function ratePanel(runs: readonly TrainedRun[]): Panel | undefined {
  const lines = runLines(runs, ({ log }) =>
    (log?.training ?? []).map(({ step, learningRate }) => [step, learningRate]),
  );
  if (lines.length === 0) return undefined;
  return {
    id: 'rate',
    title: 'Learning rate',
    note: 'As the schedule of each run had it.',
    body: linesChart({
      lines,
      x: 'training step',
      y: 'learning rate',
      description: `Learning rate of ${lines.length} runs over training; the table below has the numbers.`,
    }),
    table: {
      name: 'rate',
      columns: ['run', 'step', 'learning rate'],
      rows: lines.flatMap(({ label, points }) => points.map(([step, y]) => [label, step, y])),
    },
  };
}
