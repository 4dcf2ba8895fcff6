import { nearest } from '@moekit/kernels';
import type { StandardSchemaV1 } from '@standard-schema/spec';

import { assertKinds } from '../arguments/assert-kinds.js';
import { fail } from '../errors.js';
import { guide } from './guide.js';
import type { Judged } from './mistakes.js';
import { describeIssues } from './mistakes.js';
import { oneOf } from './reword.js';

/**
 * Validates options and fills in defaults.
 * @param owner whose options these are, for the message ("router threshold")
 * @param place the options' place in a whole that they are part of
 * @throws MOE_OPTIONS naming each wrong option, the value it got and what it accepts; MOE_PLUGIN when the schema itself
 *   is at fault
 */
export function parseOptions<Options>(
  schema: StandardSchemaV1<unknown, Options>,
  input: unknown,
  owner: string,
  place: Pick<Judged, 'path' | 'at'> = {},
): Options {
  const result = validate(schema, input ?? {}, owner);
  if (!result.issues) return result.value;
  throw fail('MOE_OPTIONS', {
    asked: `Options of ${owner} must fit their schema`,
    ...describeIssues(result.issues, { input, ...place }),
  });
}

/** The argument that a schema library passes to its error function, as far as it matters here. */
interface SchemaIssue {
  readonly code?: string | undefined;
  readonly keys?: unknown;
}

/**
 * For the `error` of a strict schema: an unknown option is reported together with those that exist.
 *
 *     z.strictObject(shape, { error: unknownOption(shape) })
 */
export function unknownOption(shape: object): (issue: SchemaIssue) => string | undefined {
  assertKinds('unknownOption', { shape }, { shape: 'object' });
  const known = Object.keys(shape);
  return ({ code, keys }) =>
    code === 'unrecognized_keys' && Array.isArray(keys)
      ? keys
          .map((key) => `unknown option ${key}; expected ${known.join(', ')}${meant([key], known)}`)
          .join('\n')
      : undefined;
}

/** For the `error` of an enumeration: any other word is reported together with those that exist, and the nearest of them. */
export function unknownWord(
  words: readonly string[],
): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => oneOf(words, input);
}

/** The names that these were probably meant to be, for the end of a message. */
function meant(typed: readonly unknown[], known: readonly string[]): string {
  const near = typed.flatMap((name) => nearest(String(name), known) ?? []);
  return near.length > 0 ? ` (did you mean ${near.join(', ')}?)` : '';
}

function validate<Options>(
  schema: StandardSchemaV1<unknown, Options>,
  input: unknown,
  owner: string,
): StandardSchemaV1.Result<Options> {
  const broken = (got: string, cause?: unknown) =>
    fail('MOE_PLUGIN', {
      asked: `The options schema of ${owner} must validate synchronously and say what is wrong`,
      got,
      fix: `Use a Standard Schema (zod, valibot, arktype) without asynchronous refinements. ${guide('the-plug-in')}`,
      cause,
    });
  let result;
  try {
    result = schema['~standard'].validate(input);
  } catch (cause) {
    throw broken(`an exception: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  if (result instanceof Promise) throw broken('a promise');
  if (typeof result !== 'object' || result === null) throw broken(`${typeof result} as its result`);
  return result;
}
