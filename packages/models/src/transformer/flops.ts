import type { MoELayer } from '@moekit/core';

import type { Flops, LanguageModelConfig } from '../contract.js';

/** The work of a causal stack per token, as its parts count it. */
export interface FlopsParts {
  readonly config: Pick<LanguageModelConfig, 'modelWidth' | 'contextLength' | 'numLayers'>;
  readonly moeLayers: readonly MoELayer[];
  /** FLOPs per row of each dense feed-forward layer where an MoE model has none of its own either. */
  readonly denseFlopsPerRow: readonly number[];
  /** FLOPs per row of each dense layer in the place of an MoE layer. */
  readonly inPlaceFlopsPerRow?: readonly number[];
}

/**
 * Forward FLOPs per token, a multiply and an add counted as two. Norms, activations, softmax, rotary, lookups and
 * residual sums are left out: they are below 2 % and no hardware's peak is stated for them.
 * Formulas, per layer, with context length L:
 *   attention  2 D 3D (queries, keys, values) + 2 D D (output) + 2 L D (scores) + 2 L D (weighted values);
 *              the whole square is counted, as it is computed: masked scores are not skipped
 *   router     what the router says of itself      experts  flopsPerRow * expertsPerToken + the shared expert
 *              a dense layer where an MoE model has experts counts as experts, so that the two compare
 *   rest       the other dense layers; the model adds its input and output projections
 * @param expertsPerToken one per MoE layer      A training step costs about three times this.
 */
export function countFlops(parts: FlopsParts, expertsPerToken: readonly number[]): Flops {
  const { modelWidth: d, contextLength: l, numLayers } = parts.config;
  const router = total(parts.moeLayers.map((layer) => layer.router.flopsPerToken()));
  const routed = total(
    parts.moeLayers.map(
      (layer, i) =>
        layer.experts.flopsPerRow() * (expertsPerToken[i] ?? 0) +
        (layer.sharedExpert?.flopsPerRow() ?? 0),
    ),
  );
  const experts = routed + total(parts.inPlaceFlopsPerRow ?? []);
  const attention = numLayers * (8 * d * d + 4 * l * d);
  const rest = total(parts.denseFlopsPerRow);
  return { router, experts, attention, rest, total: router + experts + attention + rest };
}

/** Adds products outside the stack to the rest. */
export function addRest(flops: Flops, products: number): Flops {
  return { ...flops, rest: flops.rest + products, total: flops.total + products };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}
