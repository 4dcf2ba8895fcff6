import type { StandardSchemaV1 } from '@standard-schema/spec';
import { nearest } from '@moekit/kernels';

/** The parts of a zod issue that its message is made of. */
interface ZodIssue extends StandardSchemaV1.Issue {
  readonly code?: string;
  readonly expected?: unknown;
  readonly origin?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly inclusive?: unknown;
  readonly values?: unknown;
}

/** zod's own messages begin like this; others are a schema's and stay. */
const OWN = /^(Invalid (input|option)|Too (small|big))\b/;

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  nan: 'a number',
};

/** A message of zod's in the words of all the others: `expected a number of at least 1`. */
export function reword(issue: StandardSchemaV1.Issue, input: unknown): string {
  if (!OWN.test(issue.message)) return issue.message;
  const { code, expected, origin, minimum, maximum, inclusive, values } = issue as ZodIssue;
  const kind = KINDS[String(expected)];
  if (code === 'invalid_type' && kind) return `expected ${kind}`;
  if (code === 'invalid_value' && Array.isArray(values)) return oneOf(values.map(String), input);
  const what = KINDS[String(origin)] ?? 'a number';
  if (what !== 'a number' && what !== 'a whole number') {
    if (code === 'too_small' && minimum === 1) return `expected ${what} that is not empty`;
    return issue.message;
  }
  if (code === 'too_small') {
    return `expected a number ${inclusive === false ? 'above' : 'of at least'} ${String(minimum)}`;
  }
  if (code !== 'too_big') return issue.message;
  return `expected a number ${inclusive === false ? 'below' : 'of at most'} ${String(maximum)}`;
}

/** A choice of words, with the nearest to another. */
export function oneOf(words: readonly string[], input: unknown): string {
  const near = nearest(String(input), words);
  const meant = near === undefined ? '' : ` (did you mean ${near}?)`;
  return `expected one of ${words.map((word) => `'${word}'`).join(', ')}${meant}`;
}
