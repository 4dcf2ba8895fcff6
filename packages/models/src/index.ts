export type {
  Evaluation,
  Flops,
  ForwardOptions,
  ForwardResult,
  LanguageModel,
  LanguageModelConfig,
  Metrics,
  MoEFactory,
  TextSource,
  TokenSequence,
  TokenData,
  Tokenizer,
  TrainableModel,
  TrainEvent,
  TrainOptions,
} from './contract.js';
export { bigramReference } from './data/bigram.js';
export type { BigramInput, BigramReference } from './data/bigram.js';
export { assertHolds } from './checkpoint/assert-holds.js';
export { assertSameRun } from './checkpoint/assert-same-run.js';
export { differencesOf } from './checkpoint/differences.js';
export { CheckpointFolder } from './checkpoint/checkpoint-folder.js';
export type { BrokenCheckpoint, Found, Retention, StoredCheckpoint } from './checkpoint/search.js';
export type { CheckpointManifest, CheckpointRun } from './checkpoint/manifest.js';
export { openCheckpoint, readManifest } from './checkpoint/read-checkpoint.js';
export { restoreCheckpoint } from './checkpoint/restore-checkpoint.js';
export type { RestoreTarget } from './checkpoint/restore-checkpoint.js';
export { openSafetensors } from './checkpoint/safetensors-read.js';
export type { SafetensorsFile } from './checkpoint/safetensors-read.js';
export type { TensorEntry } from './checkpoint/safetensors-header.js';
export { saveCheckpoint } from './checkpoint/save-checkpoint.js';
export type { CheckpointState } from './checkpoint/save-checkpoint.js';
export { bpeTokenizer } from './data/bpe/bpe-tokenizer.js';
export { trainBpe } from './data/bpe/train-bpe.js';
export type { BpeOptions } from './data/bpe/train-bpe.js';
export type { TokenizerJson } from './data/bpe/tokenizer-json.js';
export { byteTokenizer } from './data/byte-tokenizer.js';
export { loadEmbeddedText } from './data/embedded-text.js';
export type { EmbeddedTextName } from './data/embedded-text.js';
export { isHubReference } from './data/hub/reference.js';
export { huggingFaceTokenizer } from './data/hugging-face-tokenizer.js';
export { loadTextFile } from './data/text-file.js';
export type { TextFileOptions } from './data/text-file.js';
export { tokenize } from './data/tokenize.js';
export { modelErrors } from './errors.js';
export { figure, parseFigures, stringifyFigures } from './figure.js';
export type { PlainNumber } from './figure.js';
export { EventLog, readEvents } from './events/event-log.js';
export type { EventLogOptions } from './events/event-log.js';
export { routingFigures, scalarsOf } from './events/scalars.js';
export { TensorboardWriter } from './events/tensorboard-writer.js';
export type { TensorboardOptions } from './events/tensorboard-writer.js';
export { languageModelling } from './language/language-modelling.js';
export type { LanguageData, LanguageModellingOptions } from './language/language-modelling.js';
export { createLanguageTask, lossFigures } from './language/language-task.js';
export { crossEntropy } from './model/cross-entropy.js';
export { createLanguageModel } from './model/language-model.js';
export { largestBatchSize, smallBatchSize, smallLanguageModel, smallTraining } from './presets.js';
export { AdamW } from './training/adamw.js';
export type { AdamWOptions } from './training/adamw.js';
export { addFlops, noFlops, scaleFlops } from './training/add-flops.js';
export { evaluate } from './training/evaluate.js';
export type { EvaluateOptions } from './training/evaluate.js';
export { learningRateAt } from './training/schedule.js';
export type { Divergence, Magnitude } from './training/divergence.js';
export { isAbsurd, isNonsense } from './training/nonsense.js';
export { parseTrainOptions } from './training/options.js';
export type { LayerPass } from './training/repeat-pass.js';
export { sumStats } from './training/sum-stats.js';
export { train } from './training/train.js';
export type { StepTaken, TrainControl } from './training/train.js';
export type {
  DataDescription,
  ExampleToken,
  LeastWeights,
  LoadProgress,
  Metric,
  MoESizes,
  Task,
  TaskBuild,
  TaskData,
  TaskExample,
  TaskPass,
  TaskPlugin,
  TaskTotals,
} from './task.js';
export { beamSearch } from './translation/beam-search.js';
export type {
  BeamOptions,
  Hypothesis,
  NextTokens,
  NextTokensOf,
} from './translation/beam-search.js';
export type {
  DecodingSession,
  PairBatch,
  SourceBatch,
  TranslationFlops,
  TranslationModel,
  TranslationModelConfig,
  TranslationResult,
} from './translation/contract.js';
export { bleu } from './translation/metrics/bleu.js';
export type { Bleu } from './translation/metrics/bleu.js';
export { chrf } from './translation/metrics/chrf.js';
export type { ChrfOptions } from './translation/metrics/chrf.js';
export { readParallelText } from './translation/parallel-text.js';
export type { ParallelCorpus, ParallelText } from './translation/parallel-text.js';
export { largeTranslation, quickTranslation } from './translation/presets.js';
export type { TranslationPreset } from './translation/presets.js';
export { translate } from './translation/translate.js';
export type { DecodingOptions } from './translation/translate.js';
export { translation } from './translation/translation.js';
export type { TranslationOptions } from './translation/translation.js';
export type { TranslationData } from './translation/translation-data.js';
export { createTranslationModel } from './translation/translation-model.js';
export { createTranslationTask } from './translation/translation-task.js';
export type { TranslationTaskOptions } from './translation/translation-task.js';
export { loadDigits } from './vision-language/digits.js';
export type { Digits } from './vision-language/digits.js';
export { largeVisionLanguage, quickVisionLanguage } from './vision-language/presets.js';
export type { VisionLanguagePreset } from './vision-language/presets.js';
export { visionLanguage } from './vision-language/vision-language.js';
export type {
  VisionLanguageData,
  VisionLanguageOptions,
} from './vision-language/vision-language.js';
export { createVisionLanguageModel } from './vision-language/vision-language-model.js';
export type {
  VisionLanguageConfig,
  VisionLanguageInput,
  VisionLanguageModel,
} from './vision-language/vision-language-model.js';
