import type { RouterSpec } from '@moekit/core';
import { MoekitError } from '@moekit/core';
import { numberIn, option, optional, wholeFrom } from '@moekit/core/options';

/** k, which the weight of the sparsity loss is moved for. */
export const target = () =>
  option(
    numberIn({ min: 0, above: true }),
    2,
    'k, open gates per token that the weight of the sparsity loss is moved for',
  );

/** A bound on the work of a token. */
export const maxExperts = () =>
  optional(
    wholeFrom(1),
    'The most experts of one token, its highest gates; default all that are open, as in the paper',
  );

/** @throws MOE_OPTIONS when a router aims at more experts per token than the layer has */
export function assertTarget(router: string, k: number, { numExperts }: RouterSpec): void {
  if (k <= numExperts) return;
  throw new MoekitError('MOE_OPTIONS', {
    asked: `Options of router ${router} must fit a layer of ${numExperts} experts`,
    got: `expertsPerToken = ${k}`,
    fix: `expertsPerToken: expected a number above 0 and at most ${numExperts}.`,
  });
}
