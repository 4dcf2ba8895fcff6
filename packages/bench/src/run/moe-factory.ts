import type { Activation, Router, RouterPlugin, RouterSpec } from '@moekit/core';
import { createRouter, defaultKernels, FeedForwardExperts } from '@moekit/core';
import {
  bind,
  createRunContainer,
  resolveBinding,
  resolveLayer,
  resolveOptional,
  tokens,
} from '@moekit/core/di';
import type { MoEFactory } from '@moekit/models';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { DependencyContainer } from 'tsyringe';
import { container as root } from 'tsyringe';

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

/** Who takes part in building the layers. */
export interface MoEHooks {
  /** Of the run: each layer is composed in a child of it, with the kernels that are bound there. */
  readonly container?: DependencyContainer | undefined;
  /** Takes each layer's router, in depth order, and gives the one to build in. */
  readonly wrap?: (router: Router) => Router;
  /** Makes a listener to the activations of a layer's experts. */
  readonly listener?: () => (activations: Tensor2D) => void;
}

/** Makes the function that builds MoE layers with the given router and experts. */
export function moeFactory(parts: MoEParts, hooks: MoEHooks = {}): MoEFactory {
  const { container, wrap } = hooks;
  const kernels = (container && resolveOptional(container, tokens.kernels)) ?? defaultKernels;
  return ({ modelWidth, seed }) => {
    const layer = createRunContainer(container ?? root);
    bind(layer, tokens.kernels, () => kernels);
    const spec = { modelWidth, numExperts: parts.experts.numExperts, seed };
    bind(layer, tokens.router, () => {
      const router = createRouter(parts.router, spec, parts.options);
      return wrap?.(router) ?? router;
    });
    bindExperts(layer, { ...parts, spec }, hooks);
    return resolveLayer(layer);
  };
}

/** Binds every part of a layer that is not bound yet: nothing comes from a container that others bind to. */
function bindExperts(
  layer: DependencyContainer,
  { spec, activation, experts }: MoEParts & { readonly spec: RouterSpec },
  { listener }: MoEHooks,
): void {
  const { expertWidth, init, sharedWidth } = experts;
  const shared = { ...spec, activation, kernels: resolveBinding(layer, tokens.kernels) };
  bind(layer, tokens.experts, () => {
    const onActivations = listener?.();
    return new FeedForwardExperts({
      ...shared,
      expertWidth,
      ...(init && { init }),
      ...(onActivations && { onActivations }),
    });
  });
  bind(layer, tokens.sharedExpert, () => {
    if (sharedWidth === undefined) return undefined;
    const ofAll = { numExperts: 1, expertWidth: sharedWidth, seed: spec.seed + 1 };
    return new FeedForwardExperts({ ...shared, ...ofAll });
  });
}
