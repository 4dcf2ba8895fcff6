import type { RouterPlugin } from '@moekit/core';
import { createRouter, FeedForwardExperts, MoELayer } from '@moekit/core';
import type { MoEFactory } from '@moekit/models';

import type { Match } from './match.js';

/** Builds MoE layers with the given router, of the sizes that the match decided. */
export function moeFactory(
  activation: 'relu' | 'gelu' | 'swiglu',
  moe: { readonly plugin: RouterPlugin; readonly options: unknown; readonly match: Match },
): MoEFactory {
  const { plugin, options, match } = moe;
  return ({ modelWidth, seed }) =>
    new MoELayer({
      router: createRouter(plugin, { modelWidth, numExperts: match.numExperts, seed }, options),
      experts: new FeedForwardExperts({
        modelWidth,
        expertWidth: match.expertWidth,
        numExperts: match.numExperts,
        seed,
        activation,
      }),
    });
}
