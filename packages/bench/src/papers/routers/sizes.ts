/** Bytes of the registers, MoE in every second layer. */
export const registers = {
  quick: {
    model: { contextLength: 32, modelWidth: 32, numLayers: 2, feedForwardWidth: 128 },
    training: {
      steps: 300, // fewer leave every row behind a table of bigrams
      batchSize: 16,
      learningRate: 6e-3,
      warmupSteps: 10,
      evaluations: 4,
      evaluationBatches: 4,
      finalEvaluationBatches: 32,
    },
  },
  large: {
    model: { contextLength: 64, modelWidth: 64, numLayers: 4, feedForwardWidth: 256 },
    training: {
      steps: 600,
      batchSize: 16,
      learningRate: 4e-3,
      evaluations: 8,
      evaluationBatches: 8,
    },
  },
} as const;
