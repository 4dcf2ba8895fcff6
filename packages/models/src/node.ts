export { assertHolds } from './run/checkpoint/assert-holds.js';
export { assertSameRun } from './run/checkpoint/assert-same-run.js';
export { assertSameTokenizer } from './run/checkpoint/assert-same-tokenizer.js';
export { branchedAs, resumedAs, startedAs } from './run/checkpoint/continuation.js';
export type { Source } from './run/checkpoint/continuation.js';
export { differencesOf } from './run/checkpoint/differences.js';
export { CheckpointFolder } from './run/checkpoint/checkpoint-folder.js';
export type {
  BrokenCheckpoint,
  Found,
  Retention,
  StoredCheckpoint,
} from './run/checkpoint/search.js';
export type { CheckpointManifest, CheckpointRun } from './run/checkpoint/manifest.js';
export { openCheckpoint, readManifest } from './run/checkpoint/read-checkpoint.js';
export { restoreCheckpoint } from './run/checkpoint/restore-checkpoint.js';
export type { RestoreTarget } from './run/checkpoint/restore-checkpoint.js';
export type { SafetensorsFile } from './run/checkpoint/safetensors-read.js';
export type { TensorEntry } from './run/checkpoint/safetensors-header.js';
export type { CheckpointState } from './run/checkpoint/save-checkpoint.js';
export { EventLog, readEvents } from './run/events/event-log.js';
export type { EventLogOptions } from './run/events/event-log.js';
export { TensorboardWriter } from './run/events/tensorboard-writer.js';
export type { TensorboardOptions } from './run/events/tensorboard-writer.js';
export { languageModelling } from './tasks/language/language-modelling.js';
export type {
  LanguageData,
  LanguageModellingOptions,
} from './tasks/language/language-modelling.js';
export { translation } from './tasks/translation/translation.js';
export type { TranslationOptions } from './tasks/translation/translation.js';
export type { TranslationData } from './tasks/translation/translation-data.js';
export { visionLanguage } from './tasks/vision-language/vision-language.js';
export type {
  VisionLanguageData,
  VisionLanguageOptions,
} from './tasks/vision-language/vision-language.js';
