import { format } from '../../statistics/format.js';
import { stateWords } from '../../training-runs/describe-run.js';
import { endRow } from '../../training-runs/end-row.js';
import type { TrainingRuns } from '../../training-runs/training-runs.js';
import { seriesColour } from '../charts/colours.js';
import { markup } from '../markup.js';
import type { Panel } from '../page/panel.js';
import { scrollTable } from '../page/scroll-table.js';

/** How each run ended, how good it was, and what it took. */
export function endPanel({ runs }: TrainingRuns): Panel {
  const rows = runs.map((run) => ({ run, cells: endRow(run, metricsOf(runs)) }));
  const head = rows[0]!.cells.map(({ head: name }) => name);
  return {
    id: 'end',
    title: 'How they ended',
    note: 'Held-out figures of the last evaluation, and the lowest held-out loss of all. Compute and time of the logged steps.',
    body: scrollTable({
      caption: 'How the runs ended',
      head: ['run', 'state', ...head],
      rows: rows.map(
        ({ run, cells }, i) =>
          markup`<tr><th scope="row"><i class="dot" style="background:${seriesColour(i)}"></i> ${run.label}</th><td data-name="state">${stateWords(run)}</td>${cells.map(({ head: name, text }) => markup`<td data-name="${name}">${text}</td>`)}</tr>`,
      ),
      stacks: true,
    }),
    table: {
      name: 'end',
      columns: [
        'run',
        'step',
        'steps',
        'held-out step',
        'held-out loss',
        'lowest loss',
        'its step',
        'tokens',
        'training FLOPs',
        'seconds',
      ],
      rows: runs.map(({ label, step, steps, end, best, log }) => [
        label,
        step,
        steps,
        end?.step ?? null,
        end?.metrics['loss'] ?? null,
        best?.loss ?? null,
        best?.step ?? null,
        log?.compute.tokens ?? null,
        log ? format.count(log.compute.trainingFlops) : null,
        log ? Math.round(log.compute.seconds) : null,
      ]),
    },
  };
}

/** Names of held-out figures that a run has, the loss first; perplexity says the same again. */
function metricsOf(runs: TrainingRuns['runs']): readonly string[] {
  const names = runs.flatMap(({ end }) => Object.keys(end?.metrics ?? {}));
  return [...new Set(['loss', ...names])].filter((name) => name !== 'perplexity');
}
