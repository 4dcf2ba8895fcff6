import type { TrainOptions } from '../contract.js';

/** A whole training run: options of the task, how it is trained, sequences in a batch. */
export interface VisionLanguagePreset {
  readonly data: {
    readonly canvas: number;
    readonly patch: number;
    readonly step: number;
    readonly maxDigits: number;
  };
  readonly model: {
    readonly modelWidth: number;
    readonly numLayers: number;
    readonly numHeads: number;
    readonly feedForwardWidth: number;
    readonly moeEvery: number;
  };
  readonly training: TrainOptions;
  readonly batchSize: number;
}

/** Small enough for a comparison of routers over several seeds within two minutes: it shows that all runs, no more. */
export const quickVisionLanguage: VisionLanguagePreset = {
  data: {
    canvas: 56, // 4 x 4 patches, of which one or two digits ink four to eight
    patch: 14, // half a digit: the smallest with which a sequence stays below 30 tokens
    step: 14,
    maxDigits: 2,
  },
  model: {
    modelWidth: 48,
    numLayers: 2, // one dense layer, one MoE layer
    numHeads: 4,
    feedForwardWidth: 192,
    moeEvery: 2,
  },
  training: {
    steps: 200,
    learningRate: 5e-3,
    warmupSteps: 20,
    weightDecay: 0.05,
    clipNorm: 1,
    seed: 1,
  },
  batchSize: 16,
};

/** The largest: four layers, because reading a digit, finding it and adding up each take one that comes after another. */
export const largeVisionLanguage: VisionLanguagePreset = {
  data: quickVisionLanguage.data,
  model: { modelWidth: 64, numLayers: 4, numHeads: 4, feedForwardWidth: 256, moeEvery: 2 },
  training: {
    steps: 3000,
    learningRate: 3e-3,
    warmupSteps: 150,
    weightDecay: 0.05,
    clipNorm: 1,
    seed: 1,
  },
  batchSize: 64,
};
