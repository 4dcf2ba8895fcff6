import { errorsOf } from '@moekit/core';

export const dataErrors = {
  DATA_MISSING: 'A text or tokenizer file that does not exist or cannot be read.',
  DATA_SHORT: 'A text that is empty, or too short for the context length.',
  DATA_BINARY: 'A file that is not UTF-8 text.',
  DATA_FORMAT: 'A JSONL or Parquet file that is damaged, or lacks the text that was asked for.',
  DATA_LARGE: 'A text that does not fit in memory.',
  DATA_CACHE: 'Tokens of a large text that cannot be kept in a file, or are gone.',
  DATA_HUB_REFERENCE: 'A reference to the Hugging Face Hub that is not written as one.',
  DATA_HUB_PACKAGE: 'The Hugging Face Hub is needed, and @huggingface/hub is not installed.',
  DATA_HUB_NETWORK:
    'The Hugging Face Hub does not answer or is switched off, and the cache lacks a file.',
  DATA_HUB_MISSING: 'The Hugging Face Hub has no such data set, model, revision or file.',
  DATA_HUB_ACCESS: 'A data set or model is private or gated, and no token opens it.',
  DATA_HUB_ANSWER: 'The Hugging Face Hub, or a server in its place, gave an invalid answer.',
  DATA_HUB_SPLIT: 'A data set lacks the config or split, or has several configs to choose from.',
  DATA_HUB_FORMAT: 'A data set of the Hugging Face Hub has no file that can be read as text.',
  DATA_HUB_CACHE: 'A file of the Hugging Face Hub cannot be stored: no space, or no permission.',
  DATA_HUB_DOWNLOAD: 'A file of the Hugging Face Hub arrived cut off, or with the wrong bytes.',
  DATA_IDX: 'An idx file of images or labels that is damaged, or does not fit its partner.',
  DATA_PARALLEL: 'Files of sentences and their translations that do not match line by line.',
  DATA_TOKENIZER:
    'A tokenizer.json that is damaged, or has a part that moekit does not reproduce exactly.',
  DATA_TOKENS: 'Token ids that the tokenizer does not have.',
} as const;

export const fail = errorsOf<typeof dataErrors>();
