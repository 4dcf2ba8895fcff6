import { isDense } from '../plugins/registry.js';
import { fail } from '../errors.js';
import { readRow } from './parse-router.js';
import { DEFAULT_ROUTER, runSpecSchema } from './run-spec.js';
import type { Json, Setting } from './setting.js';
import type { Paths } from './setting-paths.js';
import { assertPath, pathsOf } from './setting-paths.js';

type Config = Readonly<Record<string, unknown>>;

/**
 * A run's configuration with settings over it. A router written as text becomes a name with options, which `ROUTER.OPTION`
 * and `router.options.OPTION` then find.
 * @throws BENCH_SET for a path that leads nowhere, or several values: a run has one
 */
export function setRun(config: Config, settings: readonly Setting[]): Config {
  return settings.reduce(setOne, withRow(config));
}

function setOne(config: Config, { path, values }: Setting): Config {
  const [value, ...more] = values;
  if (more.length > 0) throw oneRun(path, values);
  const router = (config['router'] as { router?: unknown } | null)?.router;
  const name = typeof router === 'string' && !isDense({ router }) ? router : undefined;
  assertPath(path, pathsWith(name));
  const keys = path.startsWith(`${name}.`)
    ? ['router', 'options', ...path.slice(name!.length + 1).split('.')]
    : path.split('.');
  return withRow(changed(config, keys, value!));
}

const PATHS = pathsOf(runSpecSchema);

function pathsWith(router: string | undefined): Paths {
  return router === undefined ? PATHS : { ...PATHS, open: [...PATHS.open, router] };
}

function withRow({ router = DEFAULT_ROUTER, ...config }: Config): Config {
  return { ...config, router: readRow(router) };
}

function changed(at: Config, [key, ...rest]: readonly string[], value: Json): Config {
  const inner = rest.length === 0 ? value : changed(Object(at[key!]) as Config, rest, value);
  return { ...at, [key!]: inner };
}

function oneRun(path: string, values: readonly Json[]) {
  return fail('BENCH_SET', {
    asked: `A run has one value of ${path}`,
    got: values.map((value) => JSON.stringify(value)).join(','),
    fix: 'moekit sweep trains one run per value. A list that is one value is written [1,2], a text with a comma "a,b".',
  });
}
