import { figure } from '@moekit/models';
import { z } from 'zod';

import { experimentSchema, routerEntrySchema } from '../spec/config.js';
import { trialSchema } from '../results/trial-schema.js';
import { taskFactsSchema, taskRequestSchema } from './inspect-task.js';

/** One row of the experiment, trained with one seed. */
export const jobSchema = z.object({
  id: z.string(),
  label: z.string(),
  entry: routerEntrySchema,
  seed: z.int(),
  /** Concrete: the parent chose it. */
  backend: z.string(),
  experiment: experimentSchema,
  /** The hashes that the trial must find: sha256 of its data, and of its router's and its task's code where they are not moekit's. */
  identity: z.object({
    data: z.string(),
    router: z.string().nullable(),
    task: z.string().nullable(),
  }),
});

export const trialErrorSchema = z.object({ code: z.string(), message: z.string() });

/** A mistake of the user, to be thrown again as it was. */
const refusalSchema = z.object({
  code: z.string(),
  asked: z.string(),
  got: z.string().exactOptional(),
  fix: z.string(),
});

export const progressSchema = z.object({
  step: z.int(),
  steps: z.int(),
  loss: figure,
  tokensPerSecond: figure,
  secondsLeft: figure,
});

const loadingSchema = z.object({
  what: z.string(),
  done: z.number(),
  total: z.number().optional(),
});

/** Parent to worker. */
export const requestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), job: jobSchema }),
  z.object({
    type: z.literal('inspect-router'),
    router: z.string(),
    options: z.array(z.record(z.string(), z.json())),
  }),
  z.object({ type: z.literal('inspect-task'), ...taskRequestSchema.shape }),
]);

/** Worker to parent. */
export const reportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('progress'), progress: progressSchema }),
  /** Something that the user must hear of, and by which the trial does not fail. */
  z.object({ type: z.literal('warning'), message: z.string() }),
  z.object({ type: z.literal('loading'), progress: loadingSchema }),
  z.object({ type: z.literal('done'), trial: trialSchema }),
  z.object({ type: z.literal('router'), name: z.string() }),
  z.object({ type: z.literal('task'), facts: taskFactsSchema }),
  z.object({ type: z.literal('refused'), refusal: refusalSchema }),
  z.object({ type: z.literal('failed'), error: trialErrorSchema }),
]);

export type Job = z.output<typeof jobSchema>;
export type Progress = z.output<typeof progressSchema>;
export type TrialError = z.output<typeof trialErrorSchema>;
export type Refusal = z.output<typeof refusalSchema>;
export type WorkerRequest = z.output<typeof requestSchema>;
export type Report = z.output<typeof reportSchema>;
