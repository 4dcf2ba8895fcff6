import { parseOptions } from '@moekit/core';
import { z } from 'zod';

import type { LanguageModel, TokenData, TrainOptions } from '../contract.js';
import { fail } from '../errors.js';

const schema = z.strictObject({
  steps: z.int().min(1),
  batchSize: z.int().min(1),
  learningRate: z.number().positive(),
  warmupSteps: z.int().min(0),
  finalLearningRate: z.number().min(0).max(1).default(0.1),
  weightDecay: z.number().min(0),
  clipNorm: z.number().min(0),
  seed: z.int(),
  evaluateEvery: z.int().min(0).default(0),
  evaluationBatches: z.int().min(1).default(8),
});

/** @throws MOE_OPTIONS naming each wrong option */
export function parseTrainOptions(options: TrainOptions): Required<TrainOptions> {
  return parseOptions(schema, options, 'training');
}

/** @throws MODELS_TOKENS when the data has ids that the model has no embedding for */
export function assertVocabulary(model: LanguageModel, data: TokenData): void {
  if (data.vocabSize <= model.config.vocabSize) return;
  throw fail('MODELS_TOKENS', {
    asked: `The model has embeddings for ${model.config.vocabSize} tokens`,
    got: `data of ${data.name} with a vocabulary of ${data.vocabSize}`,
    fix: "Build the model with the data's vocabSize.",
  });
}
