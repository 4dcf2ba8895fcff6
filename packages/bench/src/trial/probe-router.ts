import type { RouterPlugin, Routing } from '@moekit/core';
import { assertRoutingValues, createRng, createRouter, normalArray, routeWith } from '@moekit/core';
import { dispose, keep, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';

/** Few enough to cost nothing. */
const TOKENS = 16;

/**
 * Routes one random batch before anything is trained, and reads it back: a plug-in's mistake is reported with its name
 * and member, rather than by a loss that is NaN ten steps later.
 * @throws MOE_PLUGIN, MOE_ROUTE, MOE_ROUTING, and coded errors of the router
 */
export async function probeRouter(
  plugin: RouterPlugin,
  options: unknown,
  { modelWidth, numExperts }: { modelWidth: number; numExperts: number },
): Promise<void> {
  const router = createRouter(plugin, { modelWidth, numExperts, seed: 0 }, options);
  const rng = createRng(0);
  const x = tensor2d(normalArray(rng, TOKENS * modelWidth), [TOKENS, modelWidth]);
  const tokenIds = tensor1d([...Array(TOKENS).keys()], 'int32');
  const labels = tensor1d(
    Array.from({ length: TOKENS }, (_, t) => t % 2),
    'int32',
  );
  const sequences = { batch: 2, length: TOKENS / 2 };
  const context = { training: true, rng, tokenIds, labels, sequences };
  let kept: Routing | undefined;
  try {
    // a routing is no TensorContainer; what the checks read is kept, the rest goes with the tidy
    tidy(() => void (kept = keepRead(routeWith(router, x, context))));
    await assertRoutingValues(kept!, router);
  } finally {
    dispose([x, tokenIds, labels, ...(kept ? readBy(kept) : [])]);
    router.dispose();
  }
}

const readBy = ({ losses, statistics = {}, ...routing }: Routing) => [
  routing.dispatchMask,
  routing.combineWeights,
  routing.probs,
  ...(routing.selectionMask ? [routing.selectionMask] : []),
  ...losses.map(({ value }) => value),
  ...Object.values(statistics).map(({ values }) => values),
];

function keepRead(routing: Routing): Routing {
  readBy(routing).forEach((tensor) => keep(tensor));
  return routing;
}
