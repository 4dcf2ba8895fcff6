import type { PluginRegistry } from '../plugins/registry.js';
import { isDense } from '../plugins/registry.js';
import { fail } from '../errors.js';
import { attempt, collect } from './attempt.js';
import { changed, without } from './changed.js';
import type { Experiment, RouterEntry } from './config.js';
import { experimentSchema } from './config.js';
import { labelOf } from './label.js';
import { parseExperiment } from './parse-experiment.js';
import type { PlacedSetting, SettingContext } from './place-settings.js';
import { placeSettings } from './place-settings.js';
import { pathsOf } from './schema-paths.js';
import type { Json, Setting } from './setting.js';
import type { Place } from './setting-place.js';
import { routerName } from './setting-place.js';

/** Members that a row may have of its own, whole or key by key. */
const OF_ROWS: readonly string[] = ['training', 'model', 'data', 'expertParameters'];
/** Members of the experiment alone. */
const OF_ALL = ['seeds', 'backend', 'baseline'];

const training = pathsOf(experimentSchema).known.filter((path) => path.startsWith('training.'));
const PATHS = { known: [...training, ...OF_ALL, 'expertParameters'], open: ['data', 'model'] };

interface SweepContext extends SettingContext {
  readonly registry?: PluginRegistry;
}

/**
 * The grid of the settings over an experiment. One value replaces, in rows with one of their own too. Several make every
 * row that they concern once for each, with the value in its label. Rows of one value of the model, the data or training
 * are a group.
 *   training.KEY, model.KEY, data.KEY, expertParameters   every row
 *   ROUTER.OPTION                                         the rows of that router
 *   router.options.OPTION                                 every row with a router
 *   seeds, backend, baseline                              the experiment, a list of seeds being one value
 * @throws BENCH_SET for a path that leads nowhere or a place that is set twice
 * @throws BENCH_CONFIG where the outcome is not an experiment
 */
export function applySettings(
  experiment: Experiment,
  settings: readonly Setting[],
  { registry, flags, errors }: SweepContext = {},
): Experiment {
  if (settings.length === 0) return experiment;
  const routers = experiment.routers.filter((row) => !isDense(row)).map(({ router }) => router);
  return collect(errors, 'The list of --set', (found) => {
    const placed = placeSettings(settings, { ...PATHS, routers }, { flags, errors: found });
    const set = attempt(found, () => inOrder(placed).reduce(applySetting, experiment));
    const origin = { name: 'The sweep' };
    return attempt(found, () => parseExperiment(set ?? experiment, origin, registry)) ?? experiment;
  });
}

/** Those of one value first: an option that all rows of a grid share is then in their labels, in whatever order they come. */
const inOrder = (settings: readonly PlacedSetting[]) =>
  [...settings].sort((a, b) => Number(a.values.length > 1) - Number(b.values.length > 1));

function applySetting(experiment: Experiment, setting: PlacedSetting): Experiment {
  const { keys } = setting.place;
  if (keys[0] === 'router') return applyOption(experiment, setting);
  return OF_ROWS.includes(keys[0]!)
    ? applyToRows(experiment, setting)
    : applyTop(experiment, setting);
}

function applyOption(experiment: Experiment, { path, place, values }: PlacedSetting): Experiment {
  const keys = place.keys.slice(1);
  const routers = experiment.routers.flatMap((row) => {
    if (!concerns(place, row)) return [row];
    if (values.length === 1) return [changed(row, keys, values[0])];
    const label = labelOf(row);
    return values.map((value) =>
      marked({ ...changed(row, keys, value), label }, path, value, false),
    );
  });
  return { ...experiment, routers };
}

const concerns = ({ router }: Place, row: RouterEntry) =>
  !isDense(row) && (router === undefined || routerName(row.router) === router);

/** One value is the experiment's, and rows lose theirs; several are the rows' own. */
function applyToRows(experiment: Experiment, { path, place, values }: PlacedSetting): Experiment {
  const { keys } = place;
  if (values.length === 1) {
    const routers = experiment.routers.map((row) => without(row, keys));
    return { ...changed(experiment, keys, values[0]), routers };
  }
  const routers = experiment.routers.flatMap((row) =>
    values.map((value) => marked(changed(row, keys, value), path, value, true)),
  );
  return { ...experiment, routers };
}

function applyTop(experiment: Experiment, { path, values }: Setting): Experiment {
  if (path === 'seeds') return { ...experiment, seeds: values.flat() as number[] };
  if (values.length > 1) throw oneValue(path, values);
  return { ...experiment, [path]: values[0] };
}

/** The row with its point of the grid in its label, and in its group where all rows have that point. */
function marked(row: RouterEntry, path: string, value: Json, grouped: boolean): RouterEntry {
  const point = `${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
  const mark = (label: string) =>
    label.endsWith(']') ? `${label.slice(0, -1)}, ${point}]` : `${label} [${point}]`;
  return {
    ...row,
    label: mark(labelOf(row)),
    ...(grouped && { group: row.group === undefined ? point : `${row.group}, ${point}` }),
    ...(row.evaluateAs && {
      evaluateAs: row.evaluateAs.map((as) => ({ ...as, label: mark(as.label) })),
    }),
  };
}

function oneValue(path: string, values: readonly Json[]) {
  return fail('BENCH_SET', {
    asked: `A sweep has one value of ${path}`,
    got: values.map((value) => JSON.stringify(value)).join(','),
    fix: 'Run one sweep per value; moekit report makes one report of several.',
  });
}
