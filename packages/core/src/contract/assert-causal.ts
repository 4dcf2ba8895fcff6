import { fail } from '../errors.js';
import type { Router } from './router.js';

/**
 * Guards causal use (language-model evaluation, decoding).
 * @throws MOE_NOT_CAUSAL when the router looks at later tokens and `allow` is not set
 */
export function assertCausal(router: Pick<Router, 'name' | 'causal'>, allow = false): void {
  if (router.causal || allow) return;
  throw fail('MOE_NOT_CAUSAL', {
    asked: 'A causal model needs a router whose decision for a token uses no later token',
    got: `router ${router.name}, which says causal: false`,
    fix: 'Use another router, or allow it explicitly: its scores then leak information about later tokens.',
  });
}
