export type {
  Evaluation,
  FlopsPerToken,
  ForwardOptions,
  ForwardResult,
  LanguageModel,
  LanguageModelConfig,
  LossFigures,
  MoEFactory,
  TextSource,
  TokenData,
  Tokenizer,
  TrainEvent,
  TrainOptions,
} from './contract.js';
export { byteTokenizer } from './data/byte-tokenizer.js';
export { loadEmbeddedText } from './data/embedded-text.js';
export type { EmbeddedTextName } from './data/embedded-text.js';
export { huggingFaceTokenizer } from './data/hugging-face-tokenizer.js';
export { loadTextFile } from './data/text-file.js';
export { tokenize } from './data/tokenize.js';
export { modelErrors } from './errors.js';
export { crossEntropy } from './model/cross-entropy.js';
export { createLanguageModel } from './model/language-model.js';
export { smallLanguageModel, smallTraining } from './presets.js';
export { AdamW } from './training/adamw.js';
export type { AdamWOptions } from './training/adamw.js';
export { evaluate, lossFigures } from './training/evaluate.js';
export type { EvaluateOptions } from './training/evaluate.js';
export { learningRateAt } from './training/schedule.js';
export { train } from './training/train.js';
