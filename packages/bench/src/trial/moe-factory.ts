import type { Activation, RouterPlugin } from '@moekit/core';
import { createRouter, FeedForwardExperts, MoELayer } from '@moekit/core';
import type { MoEFactory } from '@moekit/models';

import type { RouterEntry } from '../experiment/config.js';
import type { ActivationProbe } from './activation-probe.js';
import type { Match } from './match.js';
import { SwitchableRouter } from './switchable-router.js';

/** How the MoE layers of a row are made. */
export interface MoEParts {
  readonly plugin: RouterPlugin;
  readonly entry: RouterEntry;
  readonly match: Match;
  readonly activation: Activation;
  /** Takes each layer's router, in depth order. */
  readonly routers: SwitchableRouter[];
  readonly probe?: ActivationProbe;
}

/** Builds MoE layers with the given router, of the sizes that the match decided. */
export function moeFactory({ plugin, entry, match, routers, ...parts }: MoEParts): MoEFactory {
  const { activation, probe } = parts;
  const { init, sharedWidth } = entry.experts ?? {};
  const { numExperts, expertWidth } = match;
  return ({ modelWidth, seed }) => {
    const spec = { modelWidth, numExperts, seed };
    const router = new SwitchableRouter(createRouter(plugin, spec, entry.options));
    routers.push(router);
    return new MoELayer({
      router,
      experts: new FeedForwardExperts({
        ...spec,
        expertWidth,
        activation,
        ...(init && { init }),
        ...(probe && { onActivations: probe.listener() }),
      }),
      ...(sharedWidth !== undefined && {
        sharedExpert: new FeedForwardExperts({
          modelWidth,
          numExperts: 1,
          expertWidth: sharedWidth,
          activation,
          seed: seed + 1,
        }),
      }),
    });
  };
}
