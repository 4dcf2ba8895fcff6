import { strict } from '@moekit/models';
import { z } from 'zod';

import { DENSE } from '../plugins/registry.js';
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
  /** Batches of the evaluation after the last step, whose figures the table shows. */
  finalEvaluationBatches: count.default(64),
};

type Unwrapped<K extends keyof typeof experimentTraining> = ReturnType<
  (typeof experimentTraining)[K]['unwrap']
>;

const trainingSchema = strict(experimentTraining).readonly();

/** Keys that are given replace those of the experiment, in one row alone. */
const trainingOverride = strict(
  Object.fromEntries(
    Object.entries(experimentTraining).map(([key, schema]) => [key, z.optional(schema.unwrap())]),
  ) as { [K in keyof typeof experimentTraining]: z.ZodOptional<Unwrapped<K>> },
).readonly();

/** The trained model under other options of its router: a row of its own, without training of its own. */
const variantSchema = strict({ label, options }).readonly();

/** One row of the comparison. */
export const routerEntrySchema = strict({
  /** `dense`, a registered router's name, a file (`./my-router.ts`), a folder or a package; `#name` is its export. */
  router: z.string().min(1),
  /** Options that the router's own schema accepts and checks. */
  options: options.default({}),
  /** How the row is called; by default the router's name and the options given. */
  label: label.optional(),
  /** Rows are compared with the baseline of their own group. */
  group: z.string().min(1).optional(),
  experts: expertsSchema.optional(),
  expertParameters: count.optional(),
  /** Keys of the task's options that differ in this row. */
  data: options.optional(),
  model: options.optional(),
  training: trainingOverride.optional(),
  evaluateAs: z.array(variantSchema).readonly().optional(),
}).readonly();

/** The question of an experiment, in words; the answer is computed from its results. */
const aboutSchema = strict({
  question: z.string().min(1),
  /** The claim of a paper, with its place there. */
  claim: z.string().min(1),
  /** How the answer follows from the figures. */
  decision: z.string().min(1),
}).readonly();

/** An experiment is data: what is trained, on what, under which routers. */
export const experimentSchema = strict({
  name: z.string().min(1).optional(),
  about: aboutSchema.optional(),
  /** A task of moekit, a file (`./my-task.ts`) or an installed package. */
  task: z.string().min(1).default('lm'),
  /** Options that the task's own schema accepts and checks. */
  data: options.readonly().default({}),
  model: options.readonly().default({}),
  training: trainingSchema.prefault({}),
  /** m: the experts of an MoE layer have the parameters of m dense feed-forward layers. */
  expertParameters: count.default(8),
  /** Label of the row that the others are compared with; by default the dense one, or the first. */
  baseline: z.string().min(1).optional(),
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
    ]),
  /** Measure the share of positive activations in each layer's experts, after training. */
  activations: z.boolean().default(false),
  seeds: z
    .array(z.int().min(0).max(0x7fffffff))
    .min(1)
    .refine((seeds) => new Set(seeds).size === seeds.length, 'seeds must differ')
    .readonly()
    .default([1, 2, 3]),
  backend: backendName,
}).readonly();

export type RouterEntry = z.output<typeof routerEntrySchema>;
export type Experiment = z.output<typeof experimentSchema>;
type SchemaInput = z.input<typeof experimentSchema>;
/** An experiment as people write it: a row may be text, as on the command line (`./routers.ts#mine?k=2`). */
export type ExperimentInput = Omit<SchemaInput, 'routers'> & {
  readonly routers?: readonly (string | NonNullable<SchemaInput['routers']>[number])[] | undefined;
};
