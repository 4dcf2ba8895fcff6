import type { RoutingStats } from '@moekit/core';
import { decodeRoutingStats, encodeRoutingStats } from '@moekit/core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { concat, reshape, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';

import type { Evaluation, LanguageModel, LossFigures } from '../contract.js';
import type { Batch } from '../data/batches.js';
import { evenBatches } from '../data/batches.js';
import { crossEntropy } from '../model/cross-entropy.js';
import { sumStats } from './sum-stats.js';

export interface EvaluateOptions {
  readonly batchSize: number;
  /** At most this many; fewer when the text has no more windows that do not overlap. */
  readonly batches: number;
  /** See TokenData. */
  readonly bytesPerToken: number;
}

/**
 * Loss on held-out text, over windows spread evenly; the same every time.
 * Where no pair was dropped in a batch, capacity changed nothing and the drop-free pass is not run again.
 * @param tokens the validation split      @throws MODELS_DATA_SHORT when it has no window of the context length
 */
export async function evaluate(
  model: LanguageModel,
  tokens: Int32Array,
  { batchSize, batches, bytesPerToken }: EvaluateOptions,
): Promise<Evaluation> {
  const windows = evenBatches(tokens, { batchSize, batches, length: model.config.contextLength });
  const sums = { tokens: 0, limited: 0, dropFree: 0 };
  const layers: RoutingStats[][] = [];
  for (const batch of windows) {
    const limited = await batchLoss(model, batch, false);
    const dropped = limited.layers.some((s) => s.selectedPairs !== s.dispatchedPairs);
    const dropFree = dropped ? await batchLoss(model, batch, true) : limited;
    sums.tokens += batch.targets.length;
    sums.limited += limited.loss * batch.targets.length;
    sums.dropFree += dropFree.loss * batch.targets.length;
    layers.push(limited.layers);
  }
  return {
    limited: lossFigures(sums.limited / sums.tokens, bytesPerToken),
    dropFree: lossFigures(sums.dropFree / sums.tokens, bytesPerToken),
    tokens: sums.tokens,
    layers: model.moeLayers.map((_, i) => sumStats(layers.map((batch) => batch[i]!))),
  };
}

/** Nats per token as bits per byte (loss / ln 2 / bytesPerToken) and perplexity (exp loss). */
export function lossFigures(loss: number, bytesPerToken: number): LossFigures {
  return { loss, bitsPerByte: loss / Math.LN2 / bytesPerToken, perplexity: Math.exp(loss) };
}

async function batchLoss(model: LanguageModel, batch: Batch, dropFree: boolean) {
  const { size, tokens, targets } = batch;
  let statSizes: number[] = [];
  const report = tidy(() => {
    const input = tensor2d(tokens, [size, tokens.length / size], 'int32'); // [B,L]
    const { logits, routings } = model.forward(input, { training: false, dropFree });
    const loss = reshape(crossEntropy(logits, tensor1d(targets, 'int32')), [1]) as Tensor1D;
    const stats = routings.map((routing) => encodeRoutingStats(routing));
    statSizes = stats.map((encoded) => encoded.size);
    return concat([loss, ...stats]);
  });
  const values = await report.data<'float32'>();
  report.dispose();
  let end = 1;
  const layers = statSizes.map((n) => decodeRoutingStats(values.subarray(end, (end += n))));
  return { loss: values[0]!, layers };
}
