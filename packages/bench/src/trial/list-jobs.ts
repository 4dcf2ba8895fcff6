import type { Manifest } from '../results/results-schema.js';
import type { Job } from './messages.js';
import { entryOf } from '../spec/entry-of.js';
import { labelOf } from '../spec/label.js';

/** The trials of an experiment, seed by seed: a stopped run holds whole comparisons rather than whole rows. */
export function listJobs({ experiment, backend, files, data, rowData }: Manifest): readonly Job[] {
  const task = entryOf(files, experiment.task) ?? null;
  return experiment.seeds.flatMap((seed) =>
    experiment.routers.map((entry) => {
      const label = labelOf(entry);
      const identity = {
        data: entryOf(rowData, label) ?? data.hash,
        router: entryOf(files, entry.router) ?? null,
        task,
      };
      return { id: `${label}#${seed}`, label, entry, seed, backend, experiment, identity };
    }),
  );
}
