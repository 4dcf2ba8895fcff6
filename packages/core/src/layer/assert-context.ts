import { describeValue } from '@moekit/kernels';

import { assertTensor } from '../arguments/assert-arguments.js';
import type { RouteContext, Sequences } from '../contract/router.js';
import { fail } from '../errors.js';
import type { Rng } from '../contract/rng.js';
import { assertRng } from '../contract/rng.js';
import { assertTokenMask } from '../routing/token-mask.js';

const members = [
  'training',
  'rng',
  'dropFree',
  'tokenMask',
  'tokenIds',
  'previousLogits',
  'sequences',
  'labels',
];

/**
 * Checks the context of a step against the contract before a router reads it, so that the caller's mistake is reported as
 * the caller's. Reads nothing back from a device.
 * @throws MOE_CONTEXT, MOE_SHAPE naming the member
 */
export function assertContext(context: RouteContext, numTokens: number, numExperts: number): void {
  if (typeof context !== 'object' || context === null) refuse('an object', describeValue(context));
  const { training, rng, dropFree = false, tokenMask, previousLogits } = context;
  const { tokenIds, labels, sequences } = context;
  const unknown = Object.keys(context).find((name) => !members.includes(name));
  if (unknown !== undefined) refuse(`an object of ${members.join(', ')}`, `the member ${unknown}`);
  if (typeof training !== 'boolean') refuse('training: true or false', describeValue(training));
  if (typeof dropFree !== 'boolean') refuse('dropFree: true or false', describeValue(dropFree));
  assertRng(rng as Rng, 'rng of the context');
  if (tokenMask !== undefined) assertTokenMask(tokenMask, numTokens);
  for (const [name, perToken] of Object.entries({ tokenIds, labels })) {
    if (perToken === undefined) continue;
    assertTensor(`${name} of the context`, perToken, [numTokens], { dtype: 'int32' });
  }
  if (sequences !== undefined) assertSequences(sequences, numTokens);
  if (previousLogits !== undefined) {
    assertTensor('previousLogits of the context', previousLogits, [numTokens, numExperts]);
  }
}

function assertSequences(sequences: Sequences, numTokens: number): void {
  const { batch, length } = sequences ?? {};
  if ([batch, length].every((n) => Number.isInteger(n) && n >= 0) && batch * length === numTokens)
    return;
  refuse(
    `sequences: { batch, length } with batch * length = ${numTokens}, its tokens`,
    describeValue(sequences),
  );
}

function refuse(expected: string, got: string): never {
  throw fail('MOE_CONTEXT', {
    asked: `The context of a step must have ${expected}`,
    got,
    fix: 'Pass { training, rng: createRng(step) }, and tokenMask where there is padding.',
  });
}
