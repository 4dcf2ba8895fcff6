import { errorsOf } from '@moekit/core';

export const modelErrors = {
  MODELS_CONFIG: 'Sizes of a model that do not fit together.',
  MODELS_DATA_MISSING: 'A text or tokenizer file that does not exist or cannot be read.',
  MODELS_DATA_SHORT: 'A text that is empty, or too short for the context length.',
  MODELS_DATA_BINARY: 'A file that is not UTF-8 text.',
  MODELS_DATA_FORMAT:
    'A JSONL or Parquet file that is damaged, or lacks the text that was asked for.',
  MODELS_DATA_LARGE: 'A text that does not fit in memory.',
  MODELS_DATA_CACHE: 'Tokens of a large text that cannot be kept in a file, or are gone.',
  MODELS_HUB_REFERENCE: 'A data set or model of the Hugging Face Hub that is not written as one.',
  MODELS_HUB_PACKAGE: 'The Hugging Face Hub is asked for, and @huggingface/hub is not installed.',
  MODELS_HUB_NETWORK:
    'The Hugging Face Hub does not answer, or must not be asked, and the cache lacks something.',
  MODELS_HUB_MISSING: 'The Hugging Face Hub has no such data set, model, revision or file.',
  MODELS_HUB_ACCESS: 'A data set or model is private or gated, and no token opens it.',
  MODELS_HUB_ANSWER:
    'The Hugging Face Hub, or what answers in its place, says something that cannot be.',
  MODELS_HUB_SPLIT: 'A data set lacks the config or split, or has several configs to choose from.',
  MODELS_HUB_FORMAT: 'A data set of the Hugging Face Hub has no file that can be read as text.',
  MODELS_HUB_CACHE: 'A file of the Hugging Face Hub cannot be kept: no room, or no permission.',
  MODELS_HUB_DOWNLOAD: 'A file of the Hugging Face Hub comes cut off, or with other bytes.',
  MODELS_IDX: 'An idx file of images or labels that is damaged, or does not fit its partner.',
  MODELS_DATA_PARALLEL: 'Files of sentences and their translations that do not match line by line.',
  MODELS_TOKENIZER:
    'A tokenizer.json that is damaged, or has a part that moekit does not reproduce exactly.',
  MODELS_TOKENS: 'Token ids that the model or its tokenizer does not have, or of the wrong shape.',
  MODELS_DIVERGED: 'The loss or its gradient stopped being a finite number.',
  MODELS_CHECKPOINT_MISSING: 'A folder that holds no checkpoint, or cannot be read.',
  MODELS_CHECKPOINT_CORRUPT:
    'A checkpoint that is not as it was written: cut off, changed, or no checkpoint.',
  MODELS_CHECKPOINT_VERSION: 'A checkpoint in a form that this version of moekit does not read.',
  MODELS_CHECKPOINT_MISMATCH: 'A checkpoint of another model, router, data or training run.',
  MODELS_CHECKPOINT_EXISTS:
    'A training run would write into a folder that holds checkpoints of another.',
  MODELS_CHECKPOINT_WRITE: 'A checkpoint cannot be written.',
  MODELS_LOG: 'A log of training events cannot be written, or the file is something else.',
} as const;

export const fail = errorsOf(modelErrors);
