import type { Activation } from '@moekit/core';

import type { TrainOptions } from '../../contract.js';

/** All numbers of a run: options of the `translation` task, batches and training. */
export interface TranslationPreset {
  readonly data: {
    readonly source: string;
    readonly from: string;
    readonly to: string;
    readonly vocabSize: number;
    readonly testSentences: number;
  };
  readonly model: {
    readonly modelWidth: number;
    readonly encoderLayers: number;
    readonly decoderLayers: number;
    readonly numHeads: number;
    readonly feedForwardWidth: number;
    readonly moeEvery: number;
    readonly decoderMoE: boolean;
    readonly maxLength: number;
    readonly activation: Activation;
    readonly dropout: number;
    readonly labelSmoothing: number;
    readonly beamSize: number;
    readonly lengthPenalty: number;
  };
  readonly batchSize: number;
  readonly training: TrainOptions;
}

/** Number words, learned in a minute on two cores with wasm: 90 BLEU with eight threshold-routed experts. */
export const quickTranslation: TranslationPreset = {
  data: { source: 'number-words', from: 'en', to: 'de', vocabSize: 320, testSentences: 100 },
  model: {
    modelWidth: 48,
    encoderLayers: 2, // one dense layer, one MoE layer
    decoderLayers: 1,
    numHeads: 4,
    feedForwardWidth: 96,
    moeEvery: 2,
    decoderMoE: false, // XMoE routes in the encoder alone
    maxLength: 64,
    activation: 'relu',
    dropout: 0, // more pairs than steps see twice
    labelSmoothing: 0.1,
    beamSize: 4,
    lengthPenalty: 1,
  },
  batchSize: 32,
  training: {
    steps: 300,
    learningRate: 5e-3,
    warmupSteps: 30,
    weightDecay: 0.01,
    clipNorm: 1,
    seed: 1,
  },
};

/**
 * Multi30k, English to German: 12 epochs. A step takes 0.65 CPU seconds with TensorFlow, so two cores that do nothing else
 * take half an hour.
 */
export const largeTranslation: TranslationPreset = {
  data: { source: 'multi30k', from: 'en', to: 'de', vocabSize: 4000, testSentences: 1000 },
  model: {
    modelWidth: 128,
    encoderLayers: 3, // the second is the MoE layer
    decoderLayers: 2, // decoding passes these once a token, the encoder once a sentence
    numHeads: 4,
    feedForwardWidth: 256,
    moeEvery: 2,
    decoderMoE: false,
    maxLength: 64,
    activation: 'relu',
    dropout: 0.1,
    labelSmoothing: 0.1,
    beamSize: 5,
    lengthPenalty: 1,
  },
  batchSize: 64, // about 2,000 tokens of both languages
  training: {
    steps: 5400,
    learningRate: 3e-3,
    warmupSteps: 200,
    weightDecay: 0.05,
    clipNorm: 1,
    seed: 1,
  },
};
