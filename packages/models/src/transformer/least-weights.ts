import type { LeastWeights, MoESizes } from '../task.js';

interface LayerSizes {
  readonly modelWidth: number;
  readonly feedForwardWidth: number;
  readonly moeEvery: number;
}

/** Projections of attention, and the gains of both norms. */
const ATTENTION = 4;
const NORMS = 2;
/** Matrices of a feed-forward layer that has no gate. */
const FEED_FORWARD = 2;

/**
 * A lower bound of the weights of transformer layers: their matrices and gains; no biases, routers or embeddings.
 * Formula:  n (4 D^2 + 2 D) + dense 2 D F + moe 2 E D d_e
 */
export function leastOfLayers(
  { modelWidth: d, feedForwardWidth: f, moeEvery }: LayerSizes,
  numLayers: number,
  experts?: MoESizes,
): LeastWeights {
  const moe = experts ? Math.floor(numLayers / moeEvery) : 0;
  const { numExperts = 0, expertWidth = 0 } = experts ?? {};
  const body = numLayers * (ATTENTION * d * d + NORMS * d);
  const dense = (numLayers - moe) * FEED_FORWARD * d * f;
  return {
    tensors: numLayers * (ATTENTION + NORMS + FEED_FORWARD),
    elements: body + dense + moe * FEED_FORWARD * numExperts * d * expertWidth,
  };
}
