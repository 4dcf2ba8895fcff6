import type {
  EncodedStatistics,
  RouterPlugin,
  Routing,
  RoutingStats,
  RoutingSummary,
  StepStatistics,
} from '@moekit/core';
import {
  createRng,
  createRouter,
  decodeRoutingStats,
  encodeRoutingStats,
  encodeStatistics,
  FeedForwardExperts,
  joinStatistics,
  MoELayer,
  summariseRouting,
  totalRouterLoss,
} from '@moekit/core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  concat,
  dispose,
  keep,
  mean,
  mul,
  range,
  square,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';

import type { LayerTimeSettings } from './settings.js';

/** One MoE layer with everything that a timed pass over it needs. */
export interface TimedLayer {
  /** Moves the state of a router that has some, as training would: controllers reach the compute that they aim for. */
  settle(x: Tensor2D): Promise<void>;
  /** One forward and backward pass, the router's losses included, finished when the promise resolves. @returns milliseconds */
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
  const weights = router.variables().filter(({ trainable }) => trainable);
  tidy(() => weights.forEach((weight) => weight.assign(mul(weight, sharpness))));
  const tokenIds = range(0, settings.tokens, 1, 'int32');
  const sequences = { batch: 1, length: settings.tokens };
  const given = { tokenIds, labels: tokenIds, sequences };
  const call = (x: Tensor2D) =>
    layer.call(x, { training: true, dropFree, rng: createRng(seed), ...given });
  const loss = (x: Tensor2D): Scalar => {
    const { output, routing } = call(x);
    return add(mean(square(output)), totalRouterLoss(routing.losses));
  };
  return {
    async settle(x) {
      if (!router.afterStep) return;
      for (let step = 0; step < settings.settle; step++) {
        router.afterStep(...(await stepOf(() => call(x).routing)));
      }
    },
    async pass(x) {
      const started = performance.now();
      const { value, grads } = variableGrads(
        () => loss(x),
        layer.variables().filter(({ trainable }) => trainable),
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
    dispose: () => {
      tokenIds.dispose();
      layer.dispose();
    },
  };
}

/** What `afterStep` gets of one pass. */
async function stepOf(route: () => Routing): Promise<[RoutingStats, StepStatistics]> {
  const encoded: { statistics?: EncodedStatistics; all?: Tensor1D } = {};
  tidy(() => {
    const routing = route();
    const stats = encodeRoutingStats(routing);
    encoded.statistics = encodeStatistics(routing);
    const { values } = encoded.statistics;
    encoded.all = keep(values ? concat([stats, values]) : stats);
  });
  const { size, decode } = encoded.statistics!;
  const values = await encoded.all!.data<'float32'>();
  encoded.all!.dispose();
  const end = values.length - size;
  const stats = decodeRoutingStats(values.subarray(0, end));
  const pass = { tokens: stats.tokens, statistics: decode(values.subarray(end)) };
  return [stats, joinStatistics([pass])];
}
