import { createRng } from '@moekit/core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { argMax, cast, concat1d, equal, reshape, sum, tensor1d } from '@tensorflow/tfjs-core';

import type { ForwardOptions } from '../../contract.js';
import { bleu } from '../../metrics/bleu.js';
import { chrf } from '../../metrics/chrf.js';
import type { Task, TaskPass } from '../../task.js';
import { addFlops } from '../../training/add-flops.js';
import { batchesPerEpoch, epochBatches, lengthBatches, pairBatch, splitPairs } from './batches.js';
import type { PairBatch, TranslationModel } from './contract.js';
import { smoothedCrossEntropy } from './smoothed-cross-entropy.js';
import { translate } from './translate.js';
import type { TranslationData } from './translation-data.js';

const SEED_BOUND = 2 ** 31;

export interface TranslationTaskOptions {
  /** Pairs in a batch, on average: batches have equal tokens. */
  readonly batchSize: number;
  /** Mass that all tokens share in training's loss. */
  readonly labelSmoothing: number;
  readonly beamSize: number;
  readonly lengthPenalty: number;
  /** Test sentences that are translated for `measure`, the first ones. */
  readonly testSentences: number;
}

/**
 * Translation of sentences, in epochs of batches of about one length.
 * The loss of training has smoothed labels, that of evaluation is plain; `measure` gives BLEU and chrF++ of the test
 * sentences, translated by beam search.
 */
export function createTranslationTask(
  model: TranslationModel,
  data: TranslationData,
  options: TranslationTaskOptions,
): Task<PairBatch> {
  const { batchSize, labelSmoothing } = options;
  const { train, validation } = data;
  const batchOf = (indices: Int32Array, pairs: TranslationData['train']) =>
    pairBatch(Array.from(indices, (i) => pairs[i]!));
  const batchesOf = lastEpoch((seed) => epochBatches(train, batchSize, createRng(seed)));
  return {
    name: 'translation',
    model,
    trainingBatch: (step, rng) => {
      const perEpoch = batchesPerEpoch(train.length, batchSize);
      const [epoch, at] = [Math.floor((step - 1) / perEpoch), (step - 1) % perEpoch];
      return batchOf(batchesOf(rng.fork(`epoch.${epoch}`).integer(SEED_BOUND))[at]!, train);
    },
    heldOutBatches: (count) =>
      lengthBatches(validation, { batchSize, count }).map((indices) =>
        batchOf(indices, validation),
      ),
    sizeOf: ({ sourceLengths, targetLengths, labels }) => ({
      tokens: [...sourceLengths, ...targetLengths].reduce((sum, n) => sum + n, 0),
      targets: labels.length,
    }),
    splitBatch: splitPairs,
    pass: (batch, passOptions) => pass(model, batch, { ...passOptions, labelSmoothing }),
    flops: (batch, pairs) => {
      const { encoder, decoder } = model.flops(batch, pairs);
      return addFlops(encoder, decoder);
    },
    // the loss of training is smoothed: nothing to take a perplexity of
    metrics: ({ loss, figures: [right, targets] }) =>
      right === undefined
        ? { loss }
        : { loss, perplexity: Math.exp(loss), accuracy: right / targets! },
    measure: (given) => measure(model, data, { ...options, ...given }),
  };
}

function pass(
  model: TranslationModel,
  batch: PairBatch,
  { labelSmoothing, ...options }: ForwardOptions & { readonly labelSmoothing: number },
): TaskPass {
  const { logits, ...routed } = model.forward(batch, options);
  const labels = tensor1d(batch.labels, 'int32');
  if (options.training) {
    return { loss: smoothedCrossEntropy(logits, labels, labelSmoothing), ...routed };
  }
  const right = sum(cast(equal(argMax(logits, 1), labels), 'float32'));
  const figures = concat1d([reshape(right, [1]) as Tensor1D, tensor1d([labels.size])]);
  return { loss: smoothedCrossEntropy(logits, labels, 0), figures, ...routed };
}

async function measure(
  model: TranslationModel,
  { test, tokenizer }: TranslationData,
  options: TranslationTaskOptions & Pick<ForwardOptions, 'dropFree'>,
) {
  const count = Math.min(options.testSentences, test.sources.length);
  const found = await translate(model, test.sources.slice(0, count), options);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true }); // a model may say half a character
  const hypotheses = found.map(([best]) => decoder.decode(tokenizer.decode(best!.ids)));
  const references = test.references.slice(0, count);
  return { bleu: bleu(hypotheses, references).score, chrf: chrf(hypotheses, references) };
}

/** Remembers the epoch that was asked for last: a step needs one batch of it. */
function lastEpoch<Batches>(make: (seed: number) => Batches): (seed: number) => Batches {
  let known: { seed: number; batches: Batches } | undefined;
  return (seed) => {
    if (known?.seed !== seed) known = { seed, batches: make(seed) };
    return known.batches;
  };
}
