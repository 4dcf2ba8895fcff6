import type { CheckpointManifest } from '@moekit/models/node';

/** A value of a setting: what JSON has no object for. */
export type Setting = string | number | boolean | null;

/** The settings of a run by their paths, as `--set` names them where it can: everything that decides its figures. */
export function settingsOf({
  config,
  training,
  data,
  backend,
  versions,
}: CheckpointManifest): Readonly<Record<string, Setting>> {
  const { code, ...described } = config as Readonly<Record<string, unknown>>;
  const { node: _, ...relevant } = versions;
  return Object.fromEntries(
    flat({
      ...described,
      code,
      training,
      'data of': data.name,
      'data hash': data.hash.slice(0, 12),
      backend,
      versions: relevant,
    }),
  );
}

/** The settings in which runs differ, with the value that each has; of a run without a checkpoint none is known. */
export function differingSettings(
  all: readonly (Readonly<Record<string, Setting>> | null)[],
): { readonly path: string; readonly values: readonly (Setting | undefined)[] }[] {
  const known = all.filter((settings) => settings !== null);
  const paths = [...new Set(known.flatMap((settings) => Object.keys(settings)))];
  return paths
    .filter((path) => new Set(known.map((settings) => JSON.stringify(settings[path]))).size > 1)
    .map((path) => ({ path, values: all.map((settings) => settings?.[path]) }));
}

function flat(value: object, path = ''): [string, Setting][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, Setting][] => {
    const at = path === '' ? key : `${path}.${key}`;
    if (inner === undefined) return [];
    if (inner === null || typeof inner !== 'object') return [[at, inner as Setting]];
    return Array.isArray(inner) ? [[at, JSON.stringify(inner)]] : flat(inner as object, at);
  });
}
