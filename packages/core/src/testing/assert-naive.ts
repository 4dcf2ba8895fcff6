import { assertKinds } from '../arguments/assert-kinds.js';
import { fail } from '../errors.js';
import type { Matrix } from './naive-expert.js';

/**
 * Holds the arguments of the oracle against their kinds, and matrices against the number of tokens.
 * @throws MOE_OPTIONS, MOE_SHAPE naming the argument
 */
export function assertNaive(
  what: string,
  layer: { readonly experts: readonly object[] },
  decision: Readonly<Record<'dispatchMask' | 'combineWeights', Matrix>> & {
    readonly constant?: Matrix;
  },
  tokens: Readonly<Record<string, Matrix>> & { readonly x: Matrix },
): void {
  assertKinds(what, layer, { activation: 'text', experts: 'list' });
  layer.experts.forEach((expert) => {
    assertKinds(what, expert, { input: 'list', output: 'list' });
  });
  assertKinds(what, decision, { dispatchMask: 'list', combineWeights: 'list' });
  const { dispatchMask, combineWeights, constant } = decision;
  assertKinds(what, tokens, { x: 'list' });
  const perToken = { ...tokens, dispatchMask, combineWeights, ...(constant && { constant }) };
  for (const [name, matrix] of Object.entries(perToken)) {
    assertMatrix(what, name, matrix, tokens.x.length);
  }
}

function assertMatrix(what: string, name: string, matrix: Matrix, rows: number): void {
  assertKinds(what, { [name]: matrix }, { [name]: 'list' });
  matrix.forEach((row, t) => {
    assertKinds(what, { [`${name}[${t}]`]: row }, { [`${name}[${t}]`]: 'numbers' });
  });
  if (matrix.length === rows) return;
  throw fail('MOE_SHAPE', {
    asked: `${name} of ${what} must have a row for each of ${rows} tokens`,
    got: String(matrix.length),
    fix: 'Pass one row per token.',
  });
}
