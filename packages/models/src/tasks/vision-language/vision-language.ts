import { createHash } from 'node:crypto';

import type { Digits } from '@moekit/data';
import { DIGIT_SIDE } from '@moekit/data';
import { loadDigits } from '@moekit/data/node';
import { z } from 'zod';

import type { DataDescription, TaskData, TaskPlugin } from '../../task.js';
import { leastOfLayers } from '../../transformer/least-weights.js';
import { sizeOptions } from '../../transformer/sizes.js';
import { strict } from '../../strict.js';
import { blindReference } from './blind-reference.js';
import type { Source } from './draw-batch.js';
import { layOut } from './layout.js';
import { QUESTION_KINDS } from './question.js';
import { createVisionLanguageModel } from './vision-language-model.js';
import { createVisionLanguageTask } from './vision-language-task.js';
import { createVocabulary } from './vocabulary.js';

const count = z.int().min(1);

const dataSchema = strict({
  source: z
    .string()
    .min(1)
    .default('mnist')
    .describe('mnist, the digits of the package, or a folder with others in the same files'),
  canvas: z.int().min(DIGIT_SIDE).max(560).default(56).describe('Side of a picture in pixels'),
  patch: count.max(DIGIT_SIDE).default(14).describe('Side of a patch in pixels'),
  step: count.default(14).describe('Pixels between the places that digits may have'),
  jitter: z
    .int()
    .min(0)
    .max(DIGIT_SIDE - 1)
    .default(0)
    .describe('Pixels that a digit may be shifted by'),
  minDigits: count.default(1).describe('Fewest digits in a picture'),
  maxDigits: count.max(9).default(2).describe('Most digits in a picture'),
  questions: z
    .array(z.enum(QUESTION_KINDS))
    .min(1)
    .readonly()
    .default([...QUESTION_KINDS])
    .describe('Kinds of questions'),
  redundancy: z
    .enum(['vision', 'text'])
    .default('vision')
    .describe('The modality that has more tokens than it needs'),
})
  .readonly()
  .refine(({ canvas, patch }) => canvas % patch === 0 && DIGIT_SIDE % patch === 0, {
    path: ['patch'],
    error: `expected a divisor of ${DIGIT_SIDE} and of canvas`,
  })
  .refine(({ minDigits, maxDigits }) => minDigits <= maxDigits, {
    path: ['minDigits'],
    error: 'expected at most maxDigits',
  })
  .refine(({ canvas, maxDigits }) => maxDigits <= Math.floor(canvas / DIGIT_SIDE) ** 2, {
    path: ['maxDigits'],
    error: `expected at most as many as there are squares of ${DIGIT_SIDE} pixels on the canvas`,
  })
  .refine(({ questions }) => new Set(questions).size === questions.length, {
    path: ['questions'],
    error: 'expected each kind once',
  });

const optionsSchema = strict({
  data: dataSchema.prefault({}),
  model: strict({
    ...sizeOptions({
      modelWidth: 64,
      numHeads: 4,
      feedForwardWidth: 256,
      moeEvery: 2,
      activation: 'relu',
    }),
    numLayers: count.default(4).describe('Transformer layers'),
    allowNonCausal: z
      .boolean()
      .default(false)
      .describe('Allow routers that look at later tokens; their figures leak the answer'),
    lossOn: z
      .enum(['answer', 'text'])
      .default('answer')
      .describe(
        'The words that the loss is a mean over: words of answers, or every word of the text',
      ),
    taskLoss: z
      .boolean()
      .default(true)
      .describe("false: nothing but the routers' own losses trains the model"),
  })
    .readonly()
    .prefault({}),
});

export type VisionLanguageOptions = z.output<typeof optionsSchema>;

export interface VisionLanguageData extends TaskData {
  readonly source: Source;
}

/**
 * Questions about pictures: handwritten digits on a canvas that is mostly background, cut into patches, then a question
 * in words and its answer. Its reference answers without a look at the picture.
 */
export const visionLanguage: TaskPlugin<VisionLanguageOptions, VisionLanguageData> = {
  name: 'vision-language',
  about: {
    summary:
      'Questions about pictures: patches of a canvas with handwritten digits, a question in words, its answer',
    data: 'Handwritten digits (MNIST, ships with moekit) on a canvas that is mostly background, drawn for each batch; another folder of digits with --set data.source',
  },
  options: optionsSchema,
  metrics: [
    { name: 'loss', unit: 'nats/answer token', better: 'lower' },
    { name: 'accuracy', unit: 'share of answers', better: 'higher' },
  ],
  load: async ({ data, model }) => {
    const digits = await loadDigits(data.source);
    const source = {
      digits,
      options: data,
      layout: layOut(data),
      vocabulary: createVocabulary(data.maxDigits),
      lossOn: model.lossOn,
    };
    return {
      source,
      description: describe(source),
      // counted where it is asked for: a trial has no use for it
      get reference() {
        return { name: 'blind', metrics: blindReference(source) };
      },
    };
  },
  layer: ({ model }) => model,
  leastWeights: ({ model }, experts) => leastOfLayers(model, model.numLayers, experts),
  create: ({ model }, { source }, { seed, batchSize, moe }) => {
    const { lossOn: _lossOn, taskLoss, ...sizes } = model;
    const { rows, columns, patch, textLength } = source.layout;
    const picture = { rows, columns, patchPixels: patch * patch, textLength };
    const config = { ...sizes, ...picture, vocabSize: source.vocabulary.size, seed };
    const built = createVisionLanguageModel(config, moe);
    return createVisionLanguageTask(built, source, { batchSize, taskLoss });
  },
};

function describe({ digits, options, layout, lossOn }: Source): DataDescription {
  const { source: _source, ...scene } = options as SceneData;
  return {
    name: digits.name,
    attribution: digits.attribution,
    hash: hashOf(digits, JSON.stringify({ ...scene, lossOn })),
    details: {
      trainDigits: digits.train.length,
      heldOutDigits: digits.heldOut.length,
      patches: layout.patches,
      tokens: layout.length,
      redundancy: options.redundancy,
    },
  };
}

type SceneData = VisionLanguageOptions['data'];

/** Options go in as well: they decide what is made of the digits. */
function hashOf({ images, labels }: Digits, options: string): string {
  return createHash('sha256').update(options).update(images).update(labels).digest('hex');
}
