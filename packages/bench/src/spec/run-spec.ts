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
  steps: count.default(smallTraining.steps),
  batchSize: count.max(largestBatchSize).default(smallBatchSize),
  learningRate: z.number().positive().default(smallTraining.learningRate),
  warmupSteps: z.int().min(0).default(smallTraining.warmupSteps),
  /** The way of the learning rate after its warm-up; cosine when absent. */
  schedule: z.exactOptional(wordOf(SCHEDULES)),
  /** Steps of the cool-down at the end of `wsd`; a fifth of all when absent. */
  decaySteps: z.int().min(0).exactOptional(),
  finalLearningRate: z
    .number()
    .min(0)
    .max(1)
    .default(smallTraining.finalLearningRate ?? 0.1),
  weightDecay: z.number().min(0).default(smallTraining.weightDecay),
  clipNorm: z.number().min(0).default(smallTraining.clipNorm),
  /** Points of the curves over training; the last step is always one. */
  evaluations: count.default(6),
  /** Batches of one point of the curve. */
  evaluationBatches: count.default(16),
  /** Parts that a step's batch passes the model in, their gradients averaged; 1 when absent. */
  microBatches: count.exactOptional(),
};

/** Sizes that stand instead of the matched ones, and how experts start. */
export const expertsSchema = strict({
  /** N, instead of m k. */
  numExperts: count.optional(),
  /** d_e, instead of F / k. */
  expertWidth: count.optional(),
  /** `copies`: every expert starts alike, as in XMoE. */
  init: z.enum(['independent', 'copies']).default('independent'),
  /** Width of an expert that every token passes in addition to the routed ones. */
  sharedWidth: count.optional(),
}).readonly();

/** Everything that decides one trained model, as people write it down. */
export const runSpecSchema = strict({
  task: z.string().min(1).default('lm'),
  /** `data` and `model` are the task's own, checked by its schema. */
  data: settings.default({}),
  model: settings.default({}),
  /** `dense`, or a router as `moekit bench` names one. */
  router: strict({ router: z.string().min(1), options: settings.default({}) }).prefault(
    DEFAULT_ROUTER,
  ),
  experts: expertsSchema.optional(),
  /** m: the experts of an MoE layer have the parameters of m dense feed-forward layers. */
  expertParameters: count.default(8),
  training: strict({
    ...trainingShape,
    /** Steps between two points of the curve, instead of `evaluations`; 0 for none. */
    evaluateEvery: z.int().min(0).optional(),
    /** Evaluations in a row without an improvement of the held-out loss that end the run; none when absent. */
    patience: count.exactOptional(),
    /** Nats by which the loss must fall below its lowest to count as one; 0 when absent. */
    minImprovement: z.number().min(0).exactOptional(),
  }).prefault({}),
  /** Of the weights, the order of the data and the routers' noise. */
  seed: z.int().min(0).max(0x7fffffff).default(1),
  backend: backendName,
});

/** One run: a task, its data and model, a router, training, a seed. An experiment is a grid of these. */
export type RunSpec = z.output<typeof runSpecSchema>;
type SchemaInput = z.input<typeof runSpecSchema>;
/** A run as people write it: its router may be text, as on the command line (`./mine.ts#mine?k=2`). */
export type RunSpecInput = Omit<SchemaInput, 'router'> & {
  readonly router?: string | SchemaInput['router'];
};
