import { parseOptions } from '@moekit/core';
import type { Digits } from '@moekit/data';

import type { MoEFactory } from '../../src/contract.js';
import type { Source } from '../../src/tasks/vision-language/draw-batch.js';
import type { SceneOptions } from '../../src/tasks/vision-language/layout.js';
import { layOut } from '../../src/tasks/vision-language/layout.js';
import { createVisionLanguageModel } from '../../src/tasks/vision-language/vision-language-model.js';
import { createVisionLanguageTask } from '../../src/tasks/vision-language/vision-language-task.js';
import { visionLanguage } from '../../src/tasks/vision-language/vision-language.js';
import { createVocabulary } from '../../src/tasks/vision-language/vocabulary.js';

/** Twenty images of one grey value each, a little more for each digit: what is where can be read off the pixels. */
export function flatDigits(): Digits {
  const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 10);
  const images = new Uint8Array(20 * 784);
  labels.forEach((label, i) => images.fill(100 + label, i * 784, (i + 1) * 784));
  const indices = Int32Array.from({ length: 20 }, (_, i) => i);
  const [train, heldOut] = [indices.filter((i) => i < 10), indices.filter((i) => i >= 10)];
  return { name: 'flat', attribution: 'made for tests', images, labels, train, heldOut };
}

export const tinyScenes: SceneOptions = {
  canvas: 56,
  patch: 28,
  step: 28,
  jitter: 0,
  minDigits: 1,
  maxDigits: 2,
  questions: ['which', 'count', 'where', 'sum'],
  redundancy: 'vision',
};

export function tinySource(
  change: Partial<SceneOptions> = {},
  lossOn: Source['lossOn'] = 'answer',
): Source {
  const options = { ...tinyScenes, ...change };
  const vocabulary = createVocabulary(options.maxDigits);
  return { digits: flatDigits(), options, layout: layOut(options), vocabulary, lossOn };
}

export interface TinyTask {
  readonly source?: Source;
  readonly moe?: MoEFactory | undefined;
  readonly batchSize?: number;
  readonly taskLoss?: boolean;
  readonly numLayers?: number;
}

/** A model of width 8 on tiny scenes. */
export function tinyTask(options: TinyTask = {}) {
  const { source = tinySource(), moe, batchSize = 3, taskLoss = true, numLayers = 2 } = options;
  const { rows, columns, patch, textLength } = source.layout;
  const model = createVisionLanguageModel(
    {
      vocabSize: source.vocabulary.size,
      modelWidth: 8,
      numLayers,
      numHeads: 2,
      feedForwardWidth: 12,
      moeEvery: 2,
      activation: 'gelu',
      seed: 3,
      rows,
      columns,
      patchPixels: patch * patch,
      textLength,
    },
    moe,
  );
  return { model, source, task: createVisionLanguageTask(model, source, { batchSize, taskLoss }) };
}

/** Options as an experiment gives them, checked and filled in. */
export function parsed(options: unknown) {
  return parseOptions(visionLanguage.options, options, 'the task');
}
