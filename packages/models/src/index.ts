export type {
  Continuation,
  EarlyStoppingState,
  Evaluation,
  Flops,
  ForwardOptions,
  ForwardResult,
  LanguageModel,
  LanguageModelConfig,
  Metrics,
  MoEFactory,
  ReadingSession,
  Schedule,
  TelemetrySink,
  TelemetryStart,
  TrainableModel,
  TrainEvent,
  TrainOptions,
} from './contract.js';
export { modelErrors } from './errors.js';
export { figure, stringifyFigures } from './figure.js';
export type { PlainNumber } from './figure.js';
export { routingFigures } from './metrics/scalars.js';
export { createLanguageTask } from './tasks/language/language-task.js';
export { createLanguageModel } from './transformer/language-model.js';
export { largestBatchSize, smallBatchSize, smallLanguageModel, smallTraining } from './presets.js';
export { AdamW } from './training/adamw.js';
export type { AdamWOptions } from './training/adamw.js';
export { addFlops, noFlops, scaleFlops } from './training/add-flops.js';
export { EarlyStopping } from './training/early-stopping.js';
export { evaluate } from './training/evaluate.js';
export type { EvaluateOptions } from './training/evaluate.js';
export type { Divergence, Magnitude } from './training/divergence.js';
export { isAbsurd, isNonsense } from './training/nonsense.js';
export { parseTrainOptions } from './training/options.js';
export type { ParsedTrainOptions } from './training/options.js';
export { scheduleFault, SCHEDULES } from './training/schedule.js';
export type { ScheduleOptions } from './training/schedule.js';
export { strict } from './strict.js';
export type { LayerPass } from './training/repeat-pass.js';
export { train } from './training/train.js';
export type { StepTaken, TrainControl } from './training/train.js';
export type {
  DataDescription,
  ExampleToken,
  LeastWeights,
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
export { generate } from './generation/generate.js';
export type { GenerateOptions } from './generation/generate.js';
export { generateText } from './generation/generate-text.js';
export { routeText } from './generation/route-text.js';
export type { RoutedText, RoutedToken } from './generation/route-text.js';
export type { TokenRoute } from './generation/route-window.js';
export { loadRun } from './run/load/load-run.js';
export type { LoadedRun, LoadRunOptions } from './run/load/load-run.js';
export { bleu } from './metrics/bleu.js';
export type { Bleu } from './metrics/bleu.js';
export { chrf } from './metrics/chrf.js';
export type { ChrfOptions } from './metrics/chrf.js';
export { largeTranslation, quickTranslation } from './tasks/translation/presets.js';
export type { TranslationPreset } from './tasks/translation/presets.js';
export { largeVisionLanguage, quickVisionLanguage } from './tasks/vision-language/presets.js';
export type { VisionLanguagePreset } from './tasks/vision-language/presets.js';
