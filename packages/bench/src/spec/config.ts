import { strict } from '@moekit/models';
import { z } from 'zod';

import { DENSE } from '../plugins/registry.js';
import { questionSchema } from './question.js';
import { backendName, expertsSchema, trainingShape } from './run-spec.js';

const count = z.int().min(1);
const options = z.record(z.string(), z.json());

/** The name of a row. Records are kept by it, which cannot have that one key. */
const label = z
  .string()
  .min(1)
  .refine((text) => text !== '__proto__', 'cannot be a label');

const experimentTraining = {
  ...trainingShape,
  finalEvaluationBatches: count
    .default(64)
    .describe('Batches of the evaluation after the last step, whose figures the table shows'),
};

type Unwrapped<K extends keyof typeof experimentTraining> = ReturnType<
  (typeof experimentTraining)[K]['unwrap']
>;

const trainingSchema = strict(experimentTraining).readonly();

/** Keys that are given replace those of the experiment, in one row alone. */
const trainingOverride = strict(
  Object.fromEntries(
    Object.entries(experimentTraining).map(([key, schema]) => [
      key,
      z.optional(schema.unwrap()).describe(schema.description ?? ''),
    ]),
  ) as { [K in keyof typeof experimentTraining]: z.ZodOptional<Unwrapped<K>> },
).readonly();

/** The trained model under other options of its router: a row of its own, without training of its own. */
const variantSchema = strict({
  label: label.describe('Its own label'),
  options: options.describe("Options that the router's own schema accepts and checks"),
}).readonly();

/** One row of the comparison. */
export const routerEntrySchema = strict({
  router: z
    .string()
    .min(1)
    .describe(
      "dense, a registered router's name, a file (./my-router.ts), a folder or a package; #name is its export",
    ),
  options: options.default({}).describe("Options that the router's own schema accepts and checks"),
  label: label
    .optional()
    .describe("How the row is called; by default the router's name and the options given"),
  group: z
    .string()
    .min(1)
    .optional()
    .describe('Rows are compared with the baseline of their own group'),
  experts: expertsSchema.optional().describe('Sizes of the experts in this row'),
  expertParameters: count.optional().describe('The same as that of the experiment, in this row'),
  data: options.optional().describe("Keys of the task's options that differ in this row"),
  model: options.optional().describe('Keys of the model that differ in this row'),
  training: trainingOverride.optional().describe('Keys of the training that differ in this row'),
  evaluateAs: z
    .array(variantSchema)
    .readonly()
    .optional()
    .describe('The trained model under other options of its router, a row each'),
}).readonly();

/** The question of an experiment, in words; the answer is computed from its results. */
const aboutSchema = strict({
  question: z.string().min(1).describe('The question'),
  claim: z.string().min(1).describe('The claim of a paper, with its place there'),
  decision: z.string().min(1).describe('How the answer follows from the figures'),
}).readonly();

/** An experiment is data: what is trained, on what, under which routers. */
export const experimentSchema = strict({
  name: z.string().min(1).optional().describe('Name of the experiment'),
  about: aboutSchema.optional().describe('The question of the experiment, in words'),
  task: z
    .string()
    .min(1)
    .default('lm')
    .describe('A task of moekit, a file (./my-task.ts) or an installed package'),
  data: options.readonly().default({}).describe("Data, which the task's own schema checks"),
  model: options
    .readonly()
    .default({})
    .describe("Sizes of the model, which the task's own schema checks"),
  training: trainingSchema.prefault({}).describe('How every row is trained'),
  expertParameters: count
    .default(8)
    .describe('m: the experts of an MoE layer have the parameters of m dense feed-forward layers'),
  baseline: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Label of the row that the others are compared with; by default the dense one, or the first',
    ),
  routers: z
    .array(routerEntrySchema)
    .min(1)
    .readonly()
    .default([
      DENSE,
      { router: 'switch', options: {} },
      { router: 'topk', options: {} },
      { router: 'quantile-balanced', options: {} },
      // the threshold decides here, and not the capacity: a short training leaves the probabilities nearly uniform
      { router: 'threshold', options: { threshold: 0.25 } },
      { router: 'd-top-p', options: {} },
      { router: 'null-expert', options: {} },
      { router: 'hash', options: {} },
    ])
    .describe('The rows of the comparison'),
  questions: z
    .array(questionSchema)
    .min(1)
    .readonly()
    .exactOptional()
    .describe(
      'Comparisons that are written down before the run; their p values are corrected together, and all others are exploratory',
    ),
  activations: z
    .boolean()
    .default(false)
    .describe("Measure the share of positive activations in each layer's experts, after training"),
  seeds: z
    .array(z.int().min(0).max(0x7fffffff))
    .min(1)
    .refine((seeds) => new Set(seeds).size === seeds.length, 'seeds must differ')
    .readonly()
    .default([1, 2, 3])
    .describe('One trial of every row for each seed'),
  backend: backendName,
}).readonly();

export type RouterEntry = z.output<typeof routerEntrySchema>;
export type Experiment = z.output<typeof experimentSchema>;
type SchemaInput = z.input<typeof experimentSchema>;
/** An experiment as people write it: a row may be text, as on the command line (`./routers.ts#mine?k=2`). */
export type ExperimentInput = Omit<SchemaInput, 'routers'> & {
  readonly routers?: readonly (string | NonNullable<SchemaInput['routers']>[number])[] | undefined;
};
