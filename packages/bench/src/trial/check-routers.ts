import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';

import { hashRouter } from '../plugins/hash-router.js';
import { inspectRouter } from '../plugins/inspect-router.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { TrialError } from './messages.js';
import type { Experiment, RouterEntry } from '../spec/config.js';
import type { Inspector } from './inspector.js';
import { inspectHere } from './inspector.js';
import { labelOf } from '../spec/label.js';

export interface CheckedRouters {
  /** The rows, those of files and packages called as their plug-ins call themselves, where that name is free. */
  readonly routers: readonly RouterEntry[];
  /** sha256 of the code behind each router that is not registered, by the name it was given; see `hashModules`. */
  readonly files: Record<string, string>;
  /** Rows whose plug-in cannot run, by label, with the reason. */
  readonly unusable: ReadonlyMap<string, TrialError>;
}

/** Plug-ins that are checked at once: one that hangs does not delay the others. */
const AT_ONCE = 4;

/**
 * Loads every router of an experiment and validates its options, so that a mistake is reported before anything is trained.
 * @throws BENCH_ROUTER_UNKNOWN, BENCH_PLUGIN_FILE, BENCH_PLUGIN_EXPORT, MOE_PLUGIN, MOE_API_VERSION, MOE_OPTIONS
 */
export async function checkRouters(
  { routers }: Experiment,
  registry: PluginRegistry,
  inspector: Inspector = inspectHere(registry),
): Promise<CheckedRouters> {
  const names = [...new Set(routers.map(({ router }) => router))];
  const files: Record<string, string> = {};
  for (const router of names) {
    const code = hashRouter(router, registry);
    if (code !== null) files[router] = code;
    else await inspectRouter({ router, options: optionsOf(router, routers) }, registry);
  }
  const found = await inspectAll(Object.keys(files), routers, inspector);
  const named = nameRows(routers, withoutNames(found, registry));
  const unusable = named.flatMap((row) => {
    const error = found.get(row.router);
    return typeof error === 'object' ? [[labelOf(row), error] as const] : [];
  });
  return { routers: named, files, unusable: new Map(unusable) };
}

/** @throws the first error in the order of the rows */
async function inspectAll(
  names: readonly string[],
  rows: readonly RouterEntry[],
  inspector: Inspector,
): Promise<ReadonlyMap<string, string | TrialError>> {
  const inspect = async (router: string) => {
    const asked = inspector.router({ router, options: optionsOf(router, rows) });
    const [ended] = await Promise.allSettled([asked]);
    return [router, ended!] as const;
  };
  const all = await lastValueFrom(from(names).pipe(mergeMap(inspect, AT_ONCE), toArray()));
  const ended = new Map(all);
  return new Map(
    names.map((router) => {
      const result = ended.get(router)!;
      if (result.status === 'rejected') throw result.reason;
      return [router, result.value];
    }),
  );
}

/** A name that is registered is called that; a file's or a package's plug-in calls itself. */
function withoutNames(
  found: ReadonlyMap<string, string | TrialError>,
  { routers }: PluginRegistry,
): ReadonlyMap<string, string | TrialError> {
  return new Map([...found].filter(([name]) => !routers.has(name)));
}

function optionsOf(router: string, rows: readonly RouterEntry[]) {
  return rows
    .filter((row) => row.router === router)
    .flatMap((row) => [row.options, ...(row.evaluateAs ?? []).map((as) => as.options)]);
}

function nameRows(
  routers: readonly RouterEntry[],
  names: ReadonlyMap<string, string | TrialError>,
): readonly RouterEntry[] {
  const taken = new Set(routers.map(labelOf));
  return routers.map((entry) => {
    const name = names.get(entry.router);
    if (typeof name !== 'string' || entry.label !== undefined) return entry;
    const label = labelOf({ ...entry, router: name });
    if (taken.has(label)) return entry;
    taken.add(label);
    return { ...entry, label };
  });
}
