import type { StandardSchemaV1 } from '@standard-schema/spec';

import { fail } from './errors.js';

/**
 * Validates options and fills in defaults.
 * @param owner whose options these are, for the message ("router threshold")
 * @throws MOE_OPTIONS naming each wrong option, the value it got and what it accepts
 */
export function parseOptions<Options>(
  schema: StandardSchemaV1<unknown, Options>,
  input: unknown,
  owner: string,
): Options {
  const result = schema['~standard'].validate(input ?? {});
  if (result instanceof Promise) {
    throw fail('MOE_PLUGIN', {
      asked: `The options schema of ${owner} must validate synchronously`,
      got: 'a promise',
      fix: 'Remove asynchronous refinements from the schema.',
    });
  }
  if (!result.issues) return result.value;
  const wrong = result.issues.map((issue) => describeIssue(issue, input));
  throw fail('MOE_OPTIONS', {
    asked: `Options of ${owner} must fit their schema`,
    got: wrong.map(({ got }) => got).join('; '),
    fix: wrong.map(({ fix }) => fix).join(' '),
  });
}

function describeIssue(issue: StandardSchemaV1.Issue, input: unknown) {
  const keys = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  const name = keys.length === 0 ? 'options' : keys.map(String).join('.');
  const value = keys.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown>)?.[key],
    input,
  );
  return { got: `${name} = ${show(value)}`, fix: `${name}: ${issue.message}.` };
}

function show(value: unknown): string {
  if (typeof value === 'number' || value === undefined) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
