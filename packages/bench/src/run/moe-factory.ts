import type { Activation, Router, RouterPlugin } from '@moekit/core';
import { createRouter, FeedForwardExperts, MoELayer } from '@moekit/core';
import type { MoEFactory } from '@moekit/models';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/** The parts of the MoE layers of a run. */
export interface MoEParts {
  readonly router: RouterPlugin;
  /** Of the router. */
  readonly options: unknown;
  readonly experts: {
    readonly numExperts: number;
    readonly expertWidth: number;
    readonly init?: 'independent' | 'copies' | undefined;
    readonly sharedWidth?: number | undefined;
  };
  readonly activation: Activation;
}

/** Who looks into the layers while they are built. */
export interface MoEHooks {
  /** Takes each layer's router, in depth order, and gives the one to build in. */
  readonly wrap?: (router: Router) => Router;
  /** Makes a listener to the activations of a layer's experts. */
  readonly listener?: () => (activations: Tensor2D) => void;
}

/** Makes the function that builds MoE layers with the given router and experts. */
export function moeFactory(parts: MoEParts, { wrap, listener }: MoEHooks = {}): MoEFactory {
  const { router: plugin, options, activation } = parts;
  const { numExperts, expertWidth, init, sharedWidth } = parts.experts;
  return ({ modelWidth, seed }) => {
    const spec = { modelWidth, numExperts, seed };
    const router = createRouter(plugin, spec, options);
    return new MoELayer({
      router: wrap?.(router) ?? router,
      experts: new FeedForwardExperts({
        ...spec,
        expertWidth,
        activation,
        ...(init && { init }),
        ...(listener && { onActivations: listener() }),
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
