import type { LanguageModelConfig, TrainOptions } from './contract.js';

/**
 * The model of the default benchmark: bytes of Tiny Shakespeare. One core trains it on wasm in about ten seconds.
 * It beats an add-one-smoothed byte bigram (3.60 bits per byte on the validation split) by a tenth of a bit and more
 * under every router, so its figures say something about routing.
 */
export const smallLanguageModel: LanguageModelConfig = {
  vocabSize: 256, // bytes
  contextLength: 32, // at equal tokens no worse than 64, and attention costs half
  modelWidth: 48, // at equal time better than 64 (more steps) and than 32 (too narrow)
  numLayers: 2, // one dense layer, one MoE layer
  numHeads: 4, // two heads lose 0.05 bits
  feedForwardWidth: 192, // 4 D, so that the experts are half of a token's products
  moeEvery: 2,
  positions: 'rotary', // nothing to learn in so few steps
  activation: 'relu', // one kernel; swiglu gained nothing at equal products
  seed: 1,
};

/** How the default benchmark trains it: 76,800 tokens, so that 18 trials end in two minutes on two cores. */
export const smallTraining: TrainOptions = {
  steps: 300,
  learningRate: 7e-3, // 5e-3 is 0.03 bits worse, 1e-2 0.02, 2e-2 0.1
  warmupSteps: 20,
  weightDecay: 0.1,
  clipNorm: 1,
  seed: 1,
};

/** Windows in a batch of that training: many small steps learn more from the same tokens than few large ones. */
export const smallBatchSize = 8;

/** Far above what any device holds of one batch, and below what ends a process for lack of memory. */
export const largestBatchSize = 2 ** 16;
