import { assertKinds } from '@moekit/core';
import { assertLanguageModel } from '../../assert-run.js';
import type { Rng } from '@moekit/core';
import type { TokenData } from '@moekit/data';
import { crossEntropy } from '@moekit/kernels/nn';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';

import type { LanguageModel, Metrics } from '../../contract.js';
import { fail } from '../../errors.js';
import type { Task } from '../../task.js';
import { scaleFlops } from '../../training/add-flops.js';
import type { Batch } from './batches.js';
import { evenBatches, randomBatch, splitWindows } from './batches.js';

/**
 * Next-token prediction on windows of a text: at random places in training, spread evenly over the held-out split.
 * @param batchSize windows in a batch
 * @throws MODELS_TOKENS when the data has ids that the model has no embedding for; its batches DATA_SHORT
 */
export function createLanguageTask(
  model: LanguageModel,
  data: TokenData,
  options: { readonly batchSize: number },
): Task<Batch> {
  assertLanguageModel('createLanguageTask', model);
  const fix = 'Pass the data that tokenize or loadTokens gives.';
  assertKinds('createLanguageTask', { data }, { data: 'object' }, fix);
  assertKinds('createLanguageTask', options, { batchSize: 'size' }, 'Pass { batchSize: 8 }, say.');
  const { batchSize } = options;
  assertVocabulary(model, data);
  const length = model.config.contextLength;
  const split = (name: 'train' | 'validation') => ({
    tokens: data[name],
    labels: data.labels?.[name],
  });
  return {
    name: 'language-modelling',
    model,
    ...(data.labels && { labels: data.labels.names }),
    ...(data.tokenizerFile !== undefined && { tokenizerFile: data.tokenizerFile }),
    trainingBatch: (step, rng: Rng) =>
      randomBatch(split('train'), batchSize, length, rng.fork(String(step))),
    heldOutBatches: (batches) => evenBatches(split('validation'), { batchSize, batches, length }),
    sizeOf: ({ targets }) => ({ tokens: targets.length, targets: targets.length }),
    splitBatch: splitWindows,
    pass: ({ size, tokens, targets, labels: domains }, options) => {
      const input = tensor2d(tokens, [size, tokens.length / size], 'int32'); // [B,L]
      const labelled = domains && { labels: tensor1d(domains, 'int32') };
      const { logits, ...routed } = model.forward(input, { ...options, ...labelled });
      return { loss: crossEntropy(logits, tensor1d(targets, 'int32')), ...routed, ...labelled };
    },
    flops: ({ tokens }, pairs) =>
      scaleFlops(model.flopsPerToken(pairs.map((n) => n / tokens.length)), tokens.length),
    metrics: ({ loss }) => lossFigures(loss, data.bytesPerToken),
    // only comparisons ask: pages that train need no tokenizer
    examples: async (count) => {
      const { textExamples } = await import('./text-examples.js');
      return textExamples(model, data, count);
    },
  };
}

/**
 * Nats per token as bits per byte (loss / ln 2 / bytesPerToken) and perplexity (exp loss). Where the tokenizer lost some
 * of the text there are no bits per byte: they would be those of another text.
 */
export function lossFigures(
  loss: number,
  bytesPerToken: number | null,
): Metrics & { readonly bitsPerByte?: number; readonly perplexity: number } {
  const perByte = bytesPerToken === null ? {} : { bitsPerByte: loss / Math.LN2 / bytesPerToken };
  return { loss, ...perByte, perplexity: Math.exp(loss) };
}

function assertVocabulary(model: LanguageModel, data: TokenData): void {
  if (data.vocabSize <= model.config.vocabSize) return;
  throw fail('MODELS_TOKENS', {
    asked: `The vocabulary of the data must be that of the model, ${model.config.vocabSize} tokens`,
    got: `${data.vocabSize} in ${data.name}`,
    fix: "Build the model with the data's vocabSize.",
  });
}
