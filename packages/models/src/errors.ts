import { errorsOf } from '@moekit/core';
import type { dataErrors } from '@moekit/data';

export const modelErrors = {
  MODELS_CONFIG: 'Sizes of a model that do not fit together.',
  MODELS_TOKENS: 'Token ids that the model does not have, or of the wrong shape.',
  MODELS_MICRO_BATCHES: 'A batch that cannot be cut into that many micro-batches.',
  MODELS_DIVERGED: 'The loss or its gradient stopped being a finite number.',
  MODELS_CHECKPOINT_MISSING: 'A folder that holds no checkpoint, or cannot be read.',
  MODELS_CHECKPOINT_CORRUPT:
    'A checkpoint that was cut off or changed, or something that is not a checkpoint.',
  MODELS_CHECKPOINT_VERSION: 'A checkpoint in a form that this version of moekit does not read.',
  MODELS_CHECKPOINT_MISMATCH: 'A checkpoint of another model, router, data or training run.',
  MODELS_STEPS: 'A run asked to continue to a step that it has passed.',
  MODELS_CHECKPOINT_EXISTS:
    'A training run would write into a folder that holds checkpoints of another.',
  MODELS_CHECKPOINT_WRITE: 'A checkpoint cannot be written.',
  MODELS_RUN:
    'A run that is not of a language model, or whose router was not given to load it with.',
  MODELS_LOG: 'A log of training events cannot be written, or the file is something else.',
} as const;

/** Codes of @moekit/data are thrown here too, for tokens that a model cannot use. */
export const fail = errorsOf<typeof modelErrors & typeof dataErrors>();
