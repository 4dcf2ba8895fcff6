import type { RouterPlugin, RoutingSummary } from '@moekit/core';
import {
  createRng,
  createRouter,
  decodeRoutingStats,
  encodeRoutingStats,
  FeedForwardExperts,
  MoELayer,
  summariseRouting,
} from '@moekit/core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { dispose, mean, mul, square, tidy, variableGrads } from '@tensorflow/tfjs-core';

import type { LayerTimeSettings } from './settings.js';

/** One MoE layer with everything that a timed pass over it needs. */
export interface TimedLayer {
  /** One forward and backward pass, finished when the promise resolves. @returns milliseconds */
  pass(x: Tensor2D): Promise<number>;
  /** The pairs that a forward pass dispatches, and its FLOPs per token. */
  count(x: Tensor2D): Promise<LayerCount>;
  dispose(): void;
}

export interface LayerCount extends Pick<RoutingSummary, 'expertsPerToken' | 'droppedShare'> {
  /** Forward. */
  readonly flopsPerToken: number;
}

export interface TimedLayerInput {
  readonly plugin: RouterPlugin;
  readonly options: unknown;
  /** Every selected pair is computed: the router's choice alone bounds the work. */
  readonly dropFree: boolean;
  readonly settings: LayerTimeSettings;
}

/** Equal settings and seeds give layers with equal weights, whatever the router's options. */
export function timedLayer({ plugin, options, dropFree, settings }: TimedLayerInput): TimedLayer {
  const { modelWidth, expertWidth, numExperts, seed, sharpness } = settings;
  const router = createRouter(plugin, { modelWidth, numExperts, seed }, options);
  const experts = new FeedForwardExperts({ modelWidth, expertWidth, numExperts, seed });
  const layer = new MoELayer({ router, experts });
  tidy(() => router.variables().forEach((weights) => weights.assign(mul(weights, sharpness))));
  const call = (x: Tensor2D) => layer.call(x, { training: true, dropFree, rng: createRng(seed) });
  return {
    async pass(x) {
      const started = performance.now();
      const { value, grads } = variableGrads(
        () => mean(square(call(x).output)) as Scalar,
        [...layer.variables()],
      );
      await Promise.all([value, ...Object.values(grads)].map((tensor) => tensor.data()));
      const milliseconds = performance.now() - started;
      dispose([value, ...Object.values(grads)]);
      return milliseconds;
    },
    async count(x) {
      const stats = tidy(() => encodeRoutingStats(call(x).routing));
      const values = await stats.data<'float32'>();
      stats.dispose();
      const { expertsPerToken, droppedShare } = summariseRouting(decodeRoutingStats(values));
      const flopsPerToken = router.flopsPerToken() + expertsPerToken * experts.flopsPerRow();
      return { expertsPerToken, droppedShare, flopsPerToken };
    },
    dispose: () => layer.dispose(),
  };
}
