export { assertHolds } from './checkpoint/assert-holds.js';
export { assertSameRun } from './checkpoint/assert-same-run.js';
export { differencesOf } from './checkpoint/differences.js';
export { CheckpointFolder } from './checkpoint/checkpoint-folder.js';
export type { BrokenCheckpoint, Found, Retention, StoredCheckpoint } from './checkpoint/search.js';
export type { CheckpointManifest, CheckpointRun } from './checkpoint/manifest.js';
export { openCheckpoint, readManifest } from './checkpoint/read-checkpoint.js';
export { restoreCheckpoint } from './checkpoint/restore-checkpoint.js';
export type { RestoreTarget } from './checkpoint/restore-checkpoint.js';
export type { SafetensorsFile } from './checkpoint/safetensors-read.js';
export type { TensorEntry } from './checkpoint/safetensors-header.js';
export type { CheckpointState } from './checkpoint/save-checkpoint.js';
export { EventLog, readEvents } from './events/event-log.js';
export type { EventLogOptions } from './events/event-log.js';
export { TensorboardWriter } from './events/tensorboard-writer.js';
export type { TensorboardOptions } from './events/tensorboard-writer.js';
export { languageModelling } from './language/language-modelling.js';
export type { LanguageData, LanguageModellingOptions } from './language/language-modelling.js';
export { translation } from './translation/translation.js';
export type { TranslationOptions } from './translation/translation.js';
export type { TranslationData } from './translation/translation-data.js';
export { visionLanguage } from './vision-language/vision-language.js';
export type {
  VisionLanguageData,
  VisionLanguageOptions,
} from './vision-language/vision-language.js';
