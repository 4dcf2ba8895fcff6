import type { coreErrors, RouterSpec } from '@moekit/core';
import { errorsOf } from '@moekit/core';

const fail = errorsOf<typeof coreErrors>();

/** @throws MOE_OPTIONS when an option asks for more experts per token than the layer has */
export function assertAtMostExperts(
  router: string,
  option: string,
  value: number,
  { numExperts }: RouterSpec,
): void {
  if (value <= numExperts) return;
  throw fail('MOE_OPTIONS', {
    asked: `Options of router ${router} must fit a layer of ${numExperts} experts`,
    got: `${option} = ${value}`,
    fix: `${option}: expected at most ${numExperts}.`,
  });
}
