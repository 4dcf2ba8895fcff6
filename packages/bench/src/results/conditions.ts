import type { RouterEntry } from '../spec/config.js';
import { entryOf } from '../spec/entry-of.js';
import { labelOf } from '../spec/label.js';
import { parseReference } from '../plugins/reference.js';
import type { Manifest, Results, Row } from './results-schema.js';

/** Everything, apart from its rows and seeds, that decides a run's figures. The version of Node.js may differ. */
export function conditionsOf({ experiment, data, backend, versions, files }: Manifest) {
  const { node: _, ...others } = versions;
  return {
    ...settingsOf(experiment),
    activations: experiment.activations,
    task: entryOf(files, experiment.task) ?? experiment.task,
    dataHash: data.hash,
    backend,
    versions: others,
  };
}

/** The settings of the baseline of a row's group: with the conditions, what rows of that group are compared under. */
export function comparisonOf({ manifest, rows }: Results, row: Row) {
  const baseline = rows.find((other) => other.baseline && other.group === row.group);
  const entry = trainedEntry(manifest, baseline ?? row);
  return {
    ...(entry && settingsOf(entry)),
    dataHash: entry && entryOf(manifest.rowData, labelOf(entry)),
  };
}

/** Everything that decides a row's figures, apart from its seeds: its router's code and options, and settings of its own. */
export function contentOf({ manifest }: Results, row: Row) {
  const { files, rowData } = manifest;
  const entry = trainedEntry(manifest, row);
  const code = entryOf(files, row.router);
  const router = code ? { code, name: parseReference(row.router).exportName } : row.router;
  return {
    router,
    options: row.options,
    ...(entry && {
      ...settingsOf(entry),
      experts: entry.experts,
      ...(row.trainedAs !== null && { trainedWith: entry.options }),
      dataHash: entryOf(rowData, labelOf(entry)),
    }),
  };
}

type Settings = Pick<RouterEntry, 'data' | 'model' | 'training' | 'expertParameters'>;

function settingsOf({ data, model, training, expertParameters }: Settings) {
  return { data, model, training, expertParameters };
}

/** The experiment's row that a row of the results was trained as. */
function trainedEntry(
  { experiment }: Manifest,
  { label, trainedAs }: Row,
): RouterEntry | undefined {
  return experiment.routers.find((entry) => labelOf(entry) === (trainedAs ?? label));
}
