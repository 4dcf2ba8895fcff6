import { figure } from '@moekit/models';
import { z } from 'zod';

import { experimentSchema } from '../spec/config.js';
import { amount, rate, spread, whole } from './quantities.js';
import { routingShape } from './routing-shape.js';
import { flopsSchema, matchSchema, metricsSchema, trialSchema } from './trial-schema.js';

export const RESULTS_SCHEMA = 'moekit/results@2';

const summary = z.object({ n: z.int().min(1), mean: figure, sd: spread });
const difference = z.object({
  n: z.int().min(1),
  mean: figure,
  /** 95% t interval over seeds; null with fewer than two, and where one is not finite. */
  interval: z.tuple([z.number(), z.number()]).readonly().nullable(),
  distinguishable: z.boolean().nullable(),
});

/** One metric of one row. */
const metricFiguresSchema = z.object({
  /** With the routers' evaluation capacity; of decoded text where the task measures that. */
  value: summary,
  /** Without capacity; null for figures that have no such form. */
  dropFree: summary.nullable(),
  /** Row less baseline, paired by seed; null in the baseline's own row. */
  difference: difference.nullable(),
});

/** Means over the seeds that finished. */
const figuresSchema = z.object({
  match: matchSchema.nullable(),
  parameters: whole,
  /** Every metric that the trials have, by name. */
  metrics: z.record(z.string(), metricFiguresSchema),
  flops: z.object({ expected: flopsSchema, evaluation: flopsSchema, training: flopsSchema }),
  /** Of the whole training run. */
  trainingFlops: z.object({ forward: amount, backward: amount, total: amount }),
  /** Sd over seeds of the measured (evaluation) total. */
  flopsSpread: amount,
  paddingFlops: amount,
  /** Means over the MoE layers. */
  ...routingShape,
  /** Mean of the first metric that the reference has better than its; null without a reference. */
  beatsReference: z.boolean().nullable(),
  machine: z.object({ tokensPerSecond: rate, peakMemoryBytes: amount }),
});

export const rowSchema = z.object({
  label: z.string(),
  router: z.string(),
  options: z.record(z.string(), z.json()),
  /** Rows are compared with the baseline of their own group. */
  group: z.string().nullable(),
  /** Label of the row whose trained models these are; null for a row that was trained. */
  trainedAs: z.string().nullable(),
  baseline: z.boolean(),
  /** Null when no seed finished. */
  figures: figuresSchema.nullable(),
  trials: z.array(trialSchema),
  errors: z.array(z.object({ seed: z.int(), code: z.string(), message: z.string() })),
});

const metricSchema = z.object({
  /** Figures are looked up by it. */
  name: z.string().refine((name) => !(name in {}), 'must not be a name that every object has'),
  unit: z.string(),
  better: z.enum(['lower', 'higher']),
});

/** results.json. Everything that depends on the machine and the moment lies under keys named `machine`. */
export const resultsSchema = z.strictObject({
  schema: z.literal(RESULTS_SCHEMA),
  /** True when the run was stopped before every trial had ended. */
  partial: z.boolean(),
  manifest: z.object({
    experiment: experimentSchema,
    /** sha256 of the experiment's canonical JSON. */
    configHash: z.string(),
    backend: z.string(),
    versions: z.record(z.string(), z.string()),
    /** The metrics of the task; rows are compared by the first. */
    metrics: z.array(metricSchema).min(1),
    data: z.object({
      name: z.string(),
      attribution: z.string(),
      hash: z.string(),
      /** Sizes, tokenizer and the like. */
      details: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
    /** The dense feed-forward layer that an MoE layer takes the place of. */
    layer: z.object({
      modelWidth: whole,
      feedForwardWidth: whole,
      activation: z.enum(['relu', 'gelu', 'swiglu']),
    }),
    /** sha256 of the code of each router and task that is not moekit's own, imports and packages included, by its name. */
    files: z.record(z.string(), z.string()),
    /** sha256 of the data of each row that has data of its own, by the row's label. */
    rowData: z.record(z.string(), z.string()).default({}),
    /** Of several runs that are one report: in what they differ from the first, in words. */
    differences: z.array(z.string()).default([]),
    /** Files that these results were read from, and that are not as they were written. */
    changedFiles: z.array(z.string()).default([]),
  }),
  /** A simple model on the same split; null where the task knows none. */
  reference: z.object({ name: z.string(), metrics: metricsSchema }).nullable(),
  rows: z.array(rowSchema),
  /** The answer of the figures to the experiment's question; null where it asks none. */
  answer: z.object({ sentence: z.string(), findings: z.array(z.string()) }).nullable(),
  machine: z.object({
    startedAt: z.string(),
    seconds: z.number(),
    workers: whole,
  }),
  /** Of all the rest; `readResults` compares it, and parsing takes it away. */
  sha256: z.string().optional(),
});

export type Results = z.output<typeof resultsSchema>;
export type Row = z.output<typeof rowSchema>;
export type Figures = NonNullable<Row['figures']>;
export type MetricFigures = z.output<typeof metricFiguresSchema>;
export type Manifest = Results['manifest'];
