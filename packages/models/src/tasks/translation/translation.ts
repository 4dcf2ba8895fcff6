import { z } from 'zod';

import type { TaskPlugin } from '../../task.js';
import { leastOfLayers } from '../../transformer/least-weights.js';
import { longestContext, sizeOptions } from '../../transformer/sizes.js';
import { strict } from '../../strict.js';
import { quickTranslation } from './presets.js';
import type { TranslationData } from './translation-data.js';
import { loadTranslationData } from './translation-data.js';
import { createTranslationModel } from './translation-model.js';
import { createTranslationTask } from './translation-task.js';

const count = z.int().min(1);

const { data: dataDefaults, model: modelDefaults } = quickTranslation;

const optionsSchema = strict({
  data: strict({
    source: z
      .string()
      .min(1)
      .default(dataDefaults.source)
      .describe(
        'number-words (synthetic), a folder of parallel text such as Multi30k, or the common stem of two files',
      ),
    from: z
      .string()
      .min(1)
      .default(dataDefaults.from)
      .describe('Ending of the files of the source language'),
    to: z
      .string()
      .min(1)
      .default(dataDefaults.to)
      .describe('Ending of the files of the target language'),
    vocabSize: z
      .int()
      .min(256 + 3)
      .default(dataDefaults.vocabSize)
      .describe('Tokens of the joint BPE'),
    testSentences: count
      .default(dataDefaults.testSentences)
      .describe('How many test sentences are translated after training'),
  })
    .readonly()
    .prefault({}),
  model: strict({
    ...sizeOptions(modelDefaults),
    encoderLayers: count
      .default(modelDefaults.encoderLayers)
      .describe('Layers of the encoder, which has the experts'),
    decoderLayers: count.default(modelDefaults.decoderLayers).describe('Layers of the decoder'),
    decoderMoE: z
      .boolean()
      .default(modelDefaults.decoderMoE)
      .describe('Experts in the decoder too'),
    maxLength: longestContext
      .min(2)
      .default(modelDefaults.maxLength)
      .describe('Longest sentence in tokens'),
    dropout: z
      .number()
      .min(0)
      .max(0.9)
      .default(modelDefaults.dropout)
      .describe('Share of activations dropped in training'),
    labelSmoothing: z
      .number()
      .min(0)
      .max(0.9)
      .default(modelDefaults.labelSmoothing)
      .describe('Probability given to all other tokens'),
    beamSize: count
      .max(1024)
      .default(modelDefaults.beamSize)
      .describe('Sentences kept in the beam search'),
    lengthPenalty: z
      .number()
      .min(0)
      .default(modelDefaults.lengthPenalty)
      .describe('Exponent of the length that scores are divided by'),
  })
    .readonly()
    .prefault({}),
});

export type TranslationOptions = z.output<typeof optionsSchema>;

/** Translation by an encoder-decoder with MoE in the encoder, compared in nats per token; BLEU and chrF++ after training. */
export const translation: TaskPlugin<TranslationOptions, TranslationData> = {
  name: 'translation',
  about: {
    summary:
      'Translation by an encoder-decoder with experts in the encoder, compared in nats per token; BLEU and chrF++ after training',
    data: 'Synthetic number words by default; a folder of parallel text such as Multi30k, or the common stem of two files, with --data',
  },
  options: optionsSchema,
  metrics: [
    { name: 'loss', unit: 'nats/token', better: 'lower' },
    { name: 'perplexity', unit: 'perplexity', better: 'lower' },
    { name: 'accuracy', unit: 'share of tokens', better: 'higher' },
    { name: 'bleu', unit: 'BLEU', better: 'higher' },
    { name: 'chrf', unit: 'chrF++', better: 'higher' },
  ],
  load: ({ data: { source, from, to, vocabSize }, model: { maxLength } }) =>
    loadTranslationData({ source, from, to, vocabSize, maxLength }),
  layer: ({ model }) => model,
  leastWeights: ({ model }, experts) => {
    const encoder = leastOfLayers(model, model.encoderLayers, experts);
    const decoder = leastOfLayers(
      model,
      model.decoderLayers,
      model.decoderMoE ? experts : undefined,
    );
    return {
      tensors: encoder.tensors + decoder.tensors,
      elements: encoder.elements + decoder.elements,
    };
  },
  create: ({ data, model }, loaded, { seed, batchSize, moe }) => {
    const { labelSmoothing, beamSize, lengthPenalty, ...sizes } = model;
    const config = { ...sizes, vocabSize: loaded.tokenizer.vocabSize, seed };
    const { testSentences } = data;
    return createTranslationTask(createTranslationModel(config, moe), loaded, {
      batchSize,
      labelSmoothing,
      beamSize,
      lengthPenalty,
      testSentences,
    });
  },
};
