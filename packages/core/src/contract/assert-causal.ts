import { assertKinds } from '../arguments/assert-kinds.js';
import { fail } from '../errors.js';
import type { Router } from './router.js';

/**
 * Guards causal use (language-model evaluation, decoding).
 * @throws MOE_NOT_CAUSAL when the router looks at later tokens and `allow` is not set
 */
export function assertCausal(router: Pick<Router, 'name' | 'causal'>, allow = false): void {
  assertKinds('assertCausal', router, { causal: 'flag' });
  if (router.causal || allow) return;
  throw fail('MOE_NOT_CAUSAL', {
    asked: 'A causal model needs a router that decides for a token without looking at later tokens',
    got: `router ${router.name}, which declares causal: false`,
    fix: 'Use another router, or allow it explicitly; its scores then leak information about later tokens.',
  });
}
