import type { MoELayer } from '@moekit/core';

import type { Flops } from '../../contract.js';
import { noFlops } from '../../training/add-flops.js';
import type { PairBatch, TranslationFlops, TranslationModelConfig } from './contract.js';

/** A layer of either half, as it counts itself. */
interface CountedLayer {
  readonly moe: MoELayer | undefined;
  denseFlopsPerRow(): number;
}

export interface TranslationParts {
  readonly config: TranslationModelConfig;
  readonly encoder: readonly CountedLayer[];
  readonly decoder: readonly CountedLayer[];
}

/**
 * Forward FLOPs of a batch as it is computed: attention, dense layers and routers take the rows of the padded batch,
 * experts the pairs that were dispatched, the output projection the real target positions.
 * Formulas, with Rs = B Ls and Rt = B Lt rows, a multiply and an add counted as two; norms and the like left out:
 *   encoder layer  attention 8 D D Rs + 4 Ls D Rs
 *   decoder layer  attention 8 D D Rt + 4 Lt D Rt, to the encoder 4 D D Rt + 4 D D Rs + 4 Ls D Rt
 *   experts        flopsPerRow * pairs + the shared expert of every row       output  2 D V * labels
 * @param pairs one number per MoE layer, encoder first
 */
export function countTranslationFlops(
  { config, encoder, decoder }: TranslationParts,
  batch: PairBatch,
  pairs: readonly number[],
): TranslationFlops {
  const { modelWidth: d, vocabSize } = config;
  const [source, target] = [batch.source.length, batch.target.length];
  const [ls, lt] = [source / batch.size, target / batch.size];
  const encoderPairs = encoder.filter(({ moe }) => moe).length;
  const toEncoder = 4 * d * d * (target + source) + 4 * ls * d * target;
  return {
    encoder: sumOf(
      feedForward(encoder, source, pairs.slice(0, encoderPairs)),
      encoder.length * (8 * d * d + 4 * ls * d) * source,
    ),
    decoder: sumOf(
      feedForward(decoder, target, pairs.slice(encoderPairs)),
      decoder.length * ((8 * d * d + 4 * lt * d) * target + toEncoder),
      2 * d * vocabSize * batch.labels.length,
    ),
  };
}

/** Routers, experts and dense layers of one half. */
function feedForward(
  layers: readonly CountedLayer[],
  rows: number,
  pairs: readonly number[],
): Flops {
  const moeLayers = layers.flatMap(({ moe }) => moe ?? []);
  const router = total(moeLayers.map((moe) => moe.router.flopsPerToken() * rows));
  const experts = total(
    moeLayers.map(
      ({ experts: routed, sharedExpert }, i) =>
        routed.flopsPerRow() * (pairs[i] ?? 0) + (sharedExpert?.flopsPerRow() ?? 0) * rows,
    ),
  );
  const rest = total(layers.map((layer) => layer.denseFlopsPerRow() * rows));
  return { ...noFlops, router, experts, rest };
}

function sumOf({ router, experts, rest }: Flops, attention: number, output = 0): Flops {
  const total = router + experts + attention + rest + output;
  return { router, experts, attention, rest: rest + output, total };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}
