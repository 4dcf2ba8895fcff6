import type { PluginRegistry } from '../plugins/registry.js';
import { isDense } from '../plugins/registry.js';
import { fail } from '../errors.js';
import { labelOf } from './label.js';
import type { Experiment, RouterEntry } from './config.js';
import { experimentSchema } from './config.js';
import type { Json, Setting } from './setting.js';
import { assertPath, pathsOf } from './setting-paths.js';
import { parseExperiment } from './parse-experiment.js';

const SECTIONS = ['training', 'model', 'data'] as const;
/** Members of the experiment itself. */
const TOP = ['seeds', 'backend', 'baseline', 'expertParameters'] as const;
/** The options of every row that has a router. */
const EVERY = 'router.options.';

/**
 * The grid of the settings over an experiment. One value replaces; several make every row that they concern once for
 * each, with the value in its label, and rows of one value of the model, the data or training are a group of their own.
 *   training.KEY, model.KEY, data.KEY, expertParameters   every row
 *   ROUTER.OPTION                                         the rows of that router
 *   router.options.OPTION                                 every row with a router
 *   seeds, backend, baseline                              the experiment, a list of seeds being one value
 * @throws BENCH_SET for a path that leads nowhere, BENCH_CONFIG where the outcome is not an experiment
 */
export function applySettings(
  experiment: Experiment,
  settings: readonly Setting[],
  registry?: PluginRegistry,
): Experiment {
  const applied = settings.reduce<Experiment>(applySetting, experiment);
  return settings.length === 0 ? experiment : parseExperiment(applied, 'The sweep', registry);
}

function applySetting(experiment: Experiment, setting: Setting): Experiment {
  const { path, values } = setting;
  assertGrid(path, experiment);
  const { section, key, concerned } = placeOf(path, experiment);
  if (key === '') return applyTop(experiment, setting);
  if (section && values.length === 1) {
    return { ...experiment, [section]: { ...experiment[section], [key]: values[0] } };
  }
  const routers = experiment.routers.flatMap((row) =>
    concerned.includes(row)
      ? values.map((value) => vary(row, { path, key, section, value }, values.length))
      : [row],
  );
  return { ...experiment, routers };
}

interface Place {
  readonly section: (typeof SECTIONS)[number] | undefined;
  /** Empty for a member of the experiment itself. */
  readonly key: string;
  readonly concerned: readonly RouterEntry[];
}

/** The section or the router that a path names, and the rows that it concerns. */
function placeOf(path: string, { routers }: Experiment): Place {
  const section = SECTIONS.find((name) => path.startsWith(`${name}.`));
  if (section) return { section, key: path.slice(section.length + 1), concerned: routers };
  const routed = routers.filter((row) => !isDense(row));
  if (path.startsWith(EVERY)) {
    return { section, key: path.slice(EVERY.length), concerned: routed };
  }
  const concerned = routed.filter(({ router }) => path.startsWith(`${router}.`));
  const [row] = concerned;
  return { section, key: row ? path.slice(row.router.length + 1) : '', concerned };
}

const { known } = pathsOf(experimentSchema);
const training = known.filter((path) => path.startsWith('training.'));

/** @throws BENCH_SET for a path that leads nowhere, or to more than one key below a section or a router */
function assertGrid(path: string, experiment: Experiment): void {
  const names = experiment.routers.filter((row) => !isDense(row)).map(({ router }) => router);
  const routers = names.length === 0 ? [] : [...new Set(names), 'router.options'];
  const { key } = placeOf(path, experiment);
  const open = key.includes('.') ? [] : ['data', 'model', ...routers];
  assertPath(path, { known: [...training, ...TOP], open });
}

function applyTop(experiment: Experiment, { path, values }: Setting): Experiment {
  if (path === 'seeds') return { ...experiment, seeds: values.flat() as number[] };
  if (path === 'expertParameters' && values.length > 1) {
    const routers = experiment.routers.flatMap((row) =>
      values.map((value) =>
        marked({ ...row, expertParameters: value as number }, path, value, true),
      ),
    );
    return { ...experiment, routers };
  }
  if (values.length > 1) throw oneValue(path, values);
  return { ...experiment, [path]: values[0] };
}

interface Point {
  readonly path: string;
  readonly key: string;
  readonly section: (typeof SECTIONS)[number] | undefined;
  readonly value: Json;
}

function vary(row: RouterEntry, { path, key, section, value }: Point, count: number): RouterEntry {
  const varied = section
    ? { ...row, [section]: { ...row[section], [key]: value } }
    : { ...row, options: { ...row.options, [key]: value } };
  if (count === 1) return varied;
  return marked({ ...varied, label: labelOf(row) }, path, value, section !== undefined);
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
