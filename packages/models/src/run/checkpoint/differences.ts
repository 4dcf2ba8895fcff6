/** A place at which two plain values differ. */
export interface Difference {
  /** Keys with dots between them. */
  readonly path: string;
  readonly was: unknown;
  readonly is: unknown;
}

/** The places at which two plain values differ, with both values; `undefined` where one has none. */
export function listDifferences(before: unknown, now: unknown, path = ''): Difference[] {
  if (isObject(before) && isObject(now)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    return keys.flatMap((key) =>
      listDifferences(before[key], now[key], path ? `${path}.${key}` : key),
    );
  }
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  return [{ path, was: before, is: now }];
}

/** The same in words. */
export function differencesOf(before: unknown, now: unknown, path = ''): string[] {
  return listDifferences(before, now, path).map(describe);
}

export function describe({ path, was, is }: Difference): string {
  return `${path} was ${JSON.stringify(was)} and is ${JSON.stringify(is)}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}
