/** Bytes of Tiny Shakespeare with MoE in every second layer, as in XMoE. */
export const languageModel = {
  quick: {
    model: { contextLength: 32, modelWidth: 32, numLayers: 2, feedForwardWidth: 128 },
    // fewer steps leave every row behind a table of bigrams
    training: { steps: 300, batchSize: 8, warmupSteps: 10, evaluations: 4, evaluationBatches: 4 },
  },
  large: {
    model: { contextLength: 64, modelWidth: 64, numLayers: 4, feedForwardWidth: 256 },
    training: {
      steps: 400,
      batchSize: 16,
      learningRate: 4e-3,
      evaluations: 8,
      evaluationBatches: 8,
    },
  },
} as const;

/** Questions about pictures of digits, most of each picture background. */
export const pictures = {
  quick: {
    data: { canvas: 56, patch: 14, maxDigits: 1 },
    model: { modelWidth: 32, numLayers: 2, numHeads: 2, feedForwardWidth: 64 },
    training: {
      steps: 300, // fewer leave the rows no better than an answer without the picture
      batchSize: 16,
      warmupSteps: 10,
      learningRate: 3e-3,
      evaluations: 4,
      evaluationBatches: 2,
      finalEvaluationBatches: 8,
    },
  },
  large: {
    // whole digits: a quarter of the tokens that halves of 14 pixels make, and the model learns to answer
    data: { canvas: 84, patch: 28, step: 28, maxDigits: 2 },
    model: { modelWidth: 64, numLayers: 4, numHeads: 4, feedForwardWidth: 256 },
    training: {
      steps: 600,
      batchSize: 32,
      warmupSteps: 50,
      learningRate: 3e-3,
      evaluations: 8,
      evaluationBatches: 4,
      finalEvaluationBatches: 32,
    },
  },
} as const;
