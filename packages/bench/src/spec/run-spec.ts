import type { BackendName } from '@moekit/backends';
import { BACKEND_NAMES } from '@moekit/backends';
import { option, wordOf } from '@moekit/core/options';
import { largestBatchSize, SCHEDULES, smallBatchSize, smallTraining, strict } from '@moekit/models';
import { z } from 'zod';

/** The router of a run that names none. */
export const DEFAULT_ROUTER = { router: 'threshold' } as const;

/** Where a run computes. */
export const backendName = option(
  wordOf(BACKEND_NAMES as readonly [BackendName, ...BackendName[]]),
  'auto',
  'a backend by name, or auto',
);

const count = z.int().min(1);
const settings = z.record(z.string(), z.json());

/** How a model is trained; what is absent is `smallTraining`'s. */
export const trainingShape = {
  steps: count.default(smallTraining.steps).describe('Steps of training'),
  batchSize: count.max(largestBatchSize).default(smallBatchSize).describe('Sequences in a batch'),
  learningRate: z
    .number()
    .positive()
    .default(smallTraining.learningRate)
    .describe('Highest learning rate, after the warm-up'),
  warmupSteps: z
    .int()
    .min(0)
    .default(smallTraining.warmupSteps)
    .describe('Steps in which the learning rate rises from 0'),
  schedule: z
    .exactOptional(wordOf(SCHEDULES))
    .describe('The way of the learning rate after its warm-up; cosine when absent'),
  decaySteps: z
    .int()
    .min(0)
    .exactOptional()
    .describe('Steps of the cool-down at the end of wsd; a fifth of all when absent'),
  finalLearningRate: z
    .number()
    .min(0)
    .max(1)
    .default(smallTraining.finalLearningRate ?? 0.1)
    .describe('Learning rate at the end, as a share of the highest'),
  weightDecay: z
    .number()
    .min(0)
    .default(smallTraining.weightDecay)
    .describe('Decoupled weight decay of AdamW'),
  clipNorm: z
    .number()
    .min(0)
    .default(smallTraining.clipNorm)
    .describe('Largest norm of the gradients together; 0 for no limit'),
  evaluations: count
    .default(6)
    .describe('Points of the curves over training; the last step is always one'),
  evaluationBatches: count.default(16).describe('Batches of one point of the curve'),
  microBatches: count
    .exactOptional()
    .describe(
      "Parts that a step's batch passes the model in, their gradients averaged; 1 when absent",
    ),
};

/** Sizes that stand instead of the matched ones, and how experts start. */
export const expertsSchema = strict({
  numExperts: count.optional().describe('N, instead of m k'),
  expertWidth: count.optional().describe('d_e, instead of F / k'),
  init: z
    .enum(['independent', 'copies'])
    .default('independent')
    .describe('copies: every expert starts alike, as in XMoE'),
  sharedWidth: count
    .optional()
    .describe('Width of an expert that every token passes in addition to the routed ones'),
}).readonly();

/** Everything that decides one trained model, as people write it down. */
export const runSpecSchema = strict({
  task: z
    .string()
    .min(1)
    .default('lm')
    .describe(
      'A task of moekit (lm, translation, vision-language), a file (./my-task.ts) or an installed package',
    ),
  data: settings.default({}).describe("Data, which the task's own schema checks"),
  model: settings.default({}).describe("Sizes of the model, which the task's own schema checks"),
  router: strict({
    router: z.string().min(1).describe('Its name, a file, a folder or a package'),
    options: settings.default({}).describe("Options that the router's own schema checks"),
  })
    .prefault(DEFAULT_ROUTER)
    .describe('dense, or a router as moekit bench names one'),
  experts: expertsSchema.optional().describe('Sizes that stand instead of the matched ones'),
  expertParameters: count
    .default(8)
    .describe('m: the experts of an MoE layer have the parameters of m dense feed-forward layers'),
  training: strict({
    ...trainingShape,
    evaluateEvery: z
      .int()
      .min(0)
      .optional()
      .describe('Steps between two points of the curve, instead of evaluations; 0 for none'),
    patience: count
      .exactOptional()
      .describe(
        'Evaluations in a row without an improvement of the held-out loss that end the run; none when absent',
      ),
    minImprovement: z
      .number()
      .min(0)
      .exactOptional()
      .describe('Nats by which the loss must fall below its lowest to count as one; 0 when absent'),
  })
    .prefault({})
    .describe('How the model is trained'),
  seed: z
    .int()
    .min(0)
    .max(0x7fffffff)
    .default(1)
    .describe("Of the weights, the order of the data and the routers' noise"),
  backend: backendName,
});

/** One run: a task, its data and model, a router, training, a seed. An experiment is a grid of these. */
export type RunSpec = z.output<typeof runSpecSchema>;
type SchemaInput = z.input<typeof runSpecSchema>;
/** A run as people write it: its router may be text, as on the command line (`./mine.ts#mine?k=2`). */
export type RunSpecInput = Omit<SchemaInput, 'router'> & {
  readonly router?: string | SchemaInput['router'];
};
