import { errorsOf } from '@moekit/core';

export const modelErrors = {
  MODELS_CONFIG: 'Sizes of a model that do not fit together.',
  MODELS_DATA_MISSING: 'A text or tokenizer file that does not exist or cannot be read.',
  MODELS_DATA_SHORT: 'A text that is empty, or too short for the context length.',
  MODELS_DATA_BINARY: 'A file that is not UTF-8 text.',
  MODELS_TOKENIZER: 'A tokenizer.json that cannot be used.',
  MODELS_TOKENS: 'Token ids that the model has no embedding for, or of the wrong shape.',
  MODELS_DIVERGED: 'The loss or its gradient stopped being a finite number.',
} as const;

export const fail = errorsOf(modelErrors);
