import type { z } from 'zod';

import { fail } from '../errors.js';
import type { Experiment } from './config.js';
import { experimentSchema } from './config.js';
import { labelOf } from './label.js';
import { readRow } from './parse-router.js';

/**
 * Validates an experiment and fills in defaults.
 * @param from where it comes from, for the message
 * @throws BENCH_CONFIG naming each wrong key, BENCH_ROUTER_SPEC
 */
export function parseExperiment(input: unknown, from = 'The experiment'): Experiment {
  const result = experimentSchema.safeParse(withRows(input));
  if (!result.success) {
    throw fail('BENCH_CONFIG', {
      asked: `${from} must fit the experiment schema`,
      got: result.error.issues.map((issue) => describe(issue, input)).join('; '),
      fix: result.error.issues.map(({ path, message }) => `${name(path)}: ${message}.`).join(' '),
    });
  }
  assertLabels(result.data, from);
  return result.data;
}

/** Rows written as text become entries; the rest is the schema's to judge. */
function withRows(input: unknown): unknown {
  const routers = (input as { routers?: unknown } | null | undefined)?.routers;
  return Array.isArray(routers) ? { ...(input as object), routers: routers.map(readRow) } : input;
}

function assertLabels({ routers }: Experiment, from: string): void {
  const labels = routers.map(labelOf);
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice === undefined) return;
  throw fail('BENCH_CONFIG', {
    asked: `${from} must give each row a label of its own`,
    got: `${twice} more than once`,
    fix: 'Remove one, change its options, or set "label".',
  });
}

function describe({ path }: z.core.$ZodIssue, input: unknown): string {
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  return `${name(path)} = ${JSON.stringify(value)?.slice(0, 80) ?? 'nothing'}`;
}

const name = (path: readonly PropertyKey[]) => path.map(String).join('.') || 'the experiment';
