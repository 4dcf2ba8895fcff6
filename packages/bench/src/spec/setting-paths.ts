import { nearest } from '@moekit/kernels';
import { z } from 'zod';

import { fail } from '../errors.js';

/** Paths that `--set` may name. */
export interface Paths {
  readonly known: readonly string[];
  /** Paths whose keys are checked later, by the schema of a task or a router. */
  readonly open: readonly string[];
}

/** The paths of a schema: a key, or keys of an object inside it. */
export function pathsOf(schema: z.ZodType, prefix = ''): Paths {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodRecord) return { known: [], open: [prefix.slice(0, -1)] };
  if (!(inner instanceof z.ZodObject)) return { known: [], open: [] };
  const shape = inner.shape as Readonly<Record<string, z.ZodType>>;
  const keys = Object.entries(shape).map(([key, value]) => ({
    path: `${prefix}${key}`,
    below: pathsOf(value, `${prefix}${key}.`),
  }));
  return {
    known: keys.flatMap(({ path, below }) => [path, ...below.known]),
    open: keys.flatMap(({ below }) => below.open),
  };
}

/** A schema without its default, `optional` and `readonly`. */
function unwrapped(schema: z.ZodType): z.ZodType {
  return 'unwrap' in schema && typeof schema.unwrap === 'function'
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;
}

/** @throws BENCH_SET with the nearest path there is */
export function assertPath(path: string, { known, open }: Paths): void {
  if (known.includes(path) || open.some((head) => path.startsWith(`${head}.`))) return;
  const near = nearest(path, known);
  const below = open.map((head) => `${head}.KEY`);
  throw fail('BENCH_SET', {
    asked: '--set must name a path that exists here',
    got: path,
    fix: `${near === undefined ? '' : `Did you mean ${near}? `}Paths are: ${[...known, ...below].join(', ')}.`,
  });
}
