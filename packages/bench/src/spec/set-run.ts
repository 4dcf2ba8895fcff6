import { isDense } from '../plugins/registry.js';
import { fail } from '../errors.js';
import { attempt, collect } from './attempt.js';
import { changed } from './changed.js';
import { readRow } from './parse-router.js';
import type { SettingContext } from './place-settings.js';
import { placeSettings } from './place-settings.js';
import { DEFAULT_ROUTER, runSpecSchema } from './run-spec.js';
import { pathsOf } from './schema-paths.js';
import type { Json, Setting } from './setting.js';
import type { Settable } from './setting-place.js';

type Config = Readonly<Record<string, unknown>>;

/**
 * A run's configuration with settings over it. A router written as text becomes a name with options, which `ROUTER.OPTION`
 * and `router.options.OPTION` then find; `router` itself is a whole one, with only the options that it names.
 * @param flags places that flags have set already      @param errors receives the mistakes
 * @throws BENCH_SET, where `errors` is absent, for a path that leads nowhere, a place that is set twice, or several
 *   values: a run has one
 */
export function setRun(
  config: Config,
  settings: readonly Setting[],
  { flags, errors }: SettingContext = {},
): Config {
  return collect(errors, 'The list of --set', (found) => {
    const run = attempt(found, () => withRow(config)) ?? { ...config, router: DEFAULT_ROUTER };
    const placed = placeSettings(settings, settableIn(run, settings), { flags, errors: found });
    return placed.reduce((at, { path, values, place }) => {
      if (values.length > 1) found.push(oneRun(path, values));
      return attempt(found, () => withRow(changed(at, place.keys, values[0]))) ?? at;
    }, run);
  });
}

const { known, open } = pathsOf(runSpecSchema);
const inRouter = (path: string) => path.startsWith('router.');
const PATHS = {
  known: [...known.filter((path) => !inRouter(path)), 'router'],
  open: open.filter((path) => !inRouter(path)),
};

/** The paths of the run, with the options of its router, or of the one that a setting gives it. */
function settableIn({ router }: Config, settings: readonly Setting[]): Settable {
  const given = settings.find(({ path }) => path === 'router')?.values[0];
  const row = readRow(given ?? router) as { readonly router?: unknown } | null | undefined;
  const name = row?.router;
  return {
    ...PATHS,
    routers: typeof name === 'string' && !isDense({ router: name }) ? [name] : [],
  };
}

function withRow({ router = DEFAULT_ROUTER, ...config }: Config): Config {
  return { ...config, router: readRow(router) };
}

function oneRun(path: string, values: readonly Json[]) {
  return fail('BENCH_SET', {
    asked: `A run has one value of ${path}`,
    got: values.map((value) => JSON.stringify(value)).join(','),
    fix: 'moekit sweep trains one run per value. A list that is one value is written [1,2], a text with a comma "a,b".',
  });
}
