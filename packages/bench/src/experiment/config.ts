import { smallBatchSize, smallLanguageModel, smallTraining } from '@moekit/models';
import { z } from 'zod';

import { BACKEND_NAMES } from '../backend/names.js';

const count = z.int().min(1);

/** One row of the comparison. */
export const routerEntrySchema = z
  .strictObject({
    /** `dense`, a registered router's name, a file (`./my-router.ts`), a folder or a package; `#name` is its export. */
    router: z.string().min(1),
    /** What the router's own schema accepts; checked by it. */
    options: z.record(z.string(), z.json()).default({}),
    /** How the row is called; by default the router's name and the options given. */
    label: z.string().min(1).optional(),
  })
  .readonly();

const modelSchema = z
  .strictObject({
    contextLength: count.default(smallLanguageModel.contextLength),
    modelWidth: count.default(smallLanguageModel.modelWidth),
    numLayers: count.default(smallLanguageModel.numLayers),
    numHeads: count.default(smallLanguageModel.numHeads),
    feedForwardWidth: count.default(smallLanguageModel.feedForwardWidth),
    moeEvery: count.default(smallLanguageModel.moeEvery),
    positions: z.enum(['rotary', 'learned']).default(smallLanguageModel.positions),
    activation: z.enum(['relu', 'gelu', 'swiglu']).default(smallLanguageModel.activation),
    allowNonCausal: z.boolean().default(false),
  })
  .readonly();

const trainingSchema = z
  .strictObject({
    steps: count.default(smallTraining.steps),
    batchSize: count.default(smallBatchSize),
    learningRate: z.number().positive().default(smallTraining.learningRate),
    warmupSteps: z.int().min(0).default(smallTraining.warmupSteps),
    finalLearningRate: z
      .number()
      .min(0)
      .max(1)
      .default(smallTraining.finalLearningRate ?? 0.1),
    weightDecay: z.number().min(0).default(smallTraining.weightDecay),
    clipNorm: z.number().min(0).default(smallTraining.clipNorm),
    /** Points of the loss curve; the last step is always one. */
    evaluations: count.default(6),
    /** Batches of one point of the curve. */
    evaluationBatches: count.default(16),
    /** Batches of the evaluation after the last step, whose figures the table shows. */
    finalEvaluationBatches: count.default(64),
  })
  .readonly();

/** An experiment is data: what is trained, on what, under which routers. */
export const experimentSchema = z
  .strictObject({
    task: z.enum(['lm']).default('lm'),
    data: z
      .strictObject({
        /** `tiny-shakespeare`, `wikitext-2`, or a text file. */
        source: z.string().min(1).default('tiny-shakespeare'),
        /** `bytes`, or a Hugging Face tokenizer.json. */
        tokenizer: z.string().min(1).default('bytes'),
      })
      .readonly()
      .prefault({}),
    model: modelSchema.prefault({}),
    training: trainingSchema.prefault({}),
    /** m: the experts of an MoE layer have the parameters of m dense feed-forward layers. */
    expertParameters: count.default(8),
    routers: z
      .array(routerEntrySchema)
      .min(1)
      .readonly()
      .default([
        { router: 'dense', options: {} },
        { router: 'switch', options: {} },
        { router: 'topk', options: {} },
        { router: 'noisy-topk', options: {} },
        { router: 'threshold', options: {} },
        { router: 'null-expert', options: {} },
      ]),
    seeds: z
      .array(z.int().min(0).max(0x7fffffff))
      .min(1)
      .refine((seeds) => new Set(seeds).size === seeds.length, 'seeds must differ')
      .readonly()
      .default([1, 2, 3]),
    backend: z.enum(BACKEND_NAMES).default('auto'),
  })
  .readonly();

export type RouterEntry = z.output<typeof routerEntrySchema>;
export type Experiment = z.output<typeof experimentSchema>;
type SchemaInput = z.input<typeof experimentSchema>;
/** An experiment as people write it: a row may be text, as on the command line (`./routers.ts#mine?k=2`). */
export type ExperimentInput = Omit<SchemaInput, 'routers'> & {
  readonly routers?: readonly (string | NonNullable<SchemaInput['routers']>[number])[] | undefined;
};
