import type { LanguageModelConfig, TrainOptions } from './contract.js';

/** The model of the default benchmark: bytes of Tiny Shakespeare, one core. Preliminary. */
export const smallLanguageModel: LanguageModelConfig = {
  vocabSize: 256,
  contextLength: 64,
  modelWidth: 64,
  numLayers: 2,
  numHeads: 4,
  feedForwardWidth: 256,
  moeEvery: 2,
  positions: 'rotary',
  activation: 'relu',
  seed: 1,
};

/** How the default benchmark trains it. Preliminary. */
export const smallTraining: TrainOptions = {
  steps: 300,
  batchSize: 16,
  learningRate: 5e-3,
  warmupSteps: 20,
  weightDecay: 0.1,
  clipNorm: 1,
  seed: 1,
};
