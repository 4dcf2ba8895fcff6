import type { TrainingRuns } from '../../training-runs/training-runs.js';
import { markup } from '../markup.js';
import type { Panel } from '../page/panel.js';
import { scrollTable } from '../page/scroll-table.js';

/** The settings in which the runs differ; nothing for one run. */
export function differencesPanel({ runs, differences }: TrainingRuns): Panel | undefined {
  if (runs.length === 1) return undefined;
  const head = ['setting', ...runs.map(({ label }) => label)];
  const rows = differences.map(
    ({ path, values }) =>
      markup`<tr><th scope="row"><code>${path}</code></th>${values.map((value, i) => markup`<td data-name="${runs[i]!.label}">${shown(value, runs[i]!.settings !== null)}</td>`)}</tr>`,
  );
  const known = runs.filter(({ settings }) => settings !== null).length;
  const none =
    known < 2
      ? 'Fewer than two of the runs have a checkpoint: there are no settings to compare.'
      : 'The runs have the same settings.';
  return {
    id: 'settings',
    title: 'Settings that differ',
    note: 'From the last checkpoint of each run. All other settings are equal.',
    body:
      differences.length > 0
        ? scrollTable({ caption: 'Settings that differ', head, rows, stacks: true })
        : markup`<p>${none}</p>`,
  };
}

function shown(value: unknown, known: boolean): string {
  if (!known) return 'unknown';
  return value === null ? '–' : String(value);
}
