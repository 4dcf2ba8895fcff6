import { isDense } from '../plugins/registry.js';
import { fail } from '../errors.js';
import { labelOf } from './label.js';
import type { Experiment, RouterEntry } from './config.js';
import { parseValue } from './parse-value.js';
import { splitList } from './split-list.js';
import { parseExperiment } from './parse-experiment.js';

type Json = RouterEntry['options'][string];

/** One `--set` of a sweep. */
export interface Setting {
  /** `training.steps`, `model.modelWidth`, `threshold.capacityFactor`. */
  readonly path: string;
  readonly values: readonly Json[];
}

const SECTIONS = ['training', 'model', 'data'] as const;

/**
 * Reads `a.b=1,2,3`. A value is JSON where it parses as JSON, else text; a list in brackets is one value.
 * @throws BENCH_SET
 */
export function parseSetting(text: string): Setting {
  const at = text.indexOf('=');
  const [path, values] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at < 1 || values === '') {
    throw unreadable(JSON.stringify(text));
  }
  if (path.split('.').includes('__proto__')) throw unreadable('a key called __proto__');
  try {
    return { path, values: splitList(values).map(parseValue) };
  } catch (cause) {
    throw unreadable((cause as Error).message);
  }
}

function unreadable(got: string) {
  return fail('BENCH_SET', {
    asked: '--set must be written as key=value or key=value,value',
    got,
    fix: 'For example: --set training.steps=100 or --set threshold.threshold=0.5,0.9',
  });
}

/**
 * The grid of the settings over an experiment. One value replaces; several make every row that they concern once for
 * each, with the value in its label, and rows of one value of the model, the data or training are a group of their own.
 *   training.KEY, model.KEY, data.KEY, expertParameters   every row
 *   ROUTER.OPTION                                         the rows of that router
 *   seeds, backend, baseline                              the experiment, a list of seeds being one value
 * @throws BENCH_SET for a path that leads nowhere, BENCH_CONFIG where the outcome is no experiment
 */
export function applySettings(experiment: Experiment, settings: readonly Setting[]): Experiment {
  const applied = settings.reduce<Experiment>(applySetting, experiment);
  return settings.length === 0 ? experiment : parseExperiment(applied, 'The sweep');
}

function applySetting(experiment: Experiment, { path, values }: Setting): Experiment {
  const [head = '', key, ...deeper] = path.split('.');
  if (deeper.length > 0) throw unknownPath(path, experiment);
  if (key === undefined) return applyTop(experiment, { path, values });
  const section = SECTIONS.find((name) => name === head);
  const concerned = section
    ? experiment.routers
    : experiment.routers.filter((row) => row.router === head && !isDense(row));
  if (concerned.length === 0) throw unknownPath(path, experiment);
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
  if (!['expertParameters', 'backend', 'baseline'].includes(path) || values.length > 1) {
    throw unknownPath(path, experiment);
  }
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

function unknownPath(path: string, { routers }: Experiment) {
  const names = [...new Set(routers.filter((row) => !isDense(row)).map(({ router }) => router))];
  return fail('BENCH_SET', {
    asked: '--set must name a key of training, model or data, an option of a router, or seeds',
    got: path,
    fix: `For example training.steps, model.modelWidth, ${names[0] ?? 'threshold'}.OPTION; routers here: ${names.join(', ')}.`,
  });
}
