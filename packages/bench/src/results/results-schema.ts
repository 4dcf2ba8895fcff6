import { z } from 'zod';

import { experimentSchema } from '../experiment/config.js';
import { matchSchema, trialSchema } from './trial-schema.js';

export const RESULTS_SCHEMA = 'moekit/results@1';

const summary = z.object({ n: z.int(), mean: z.number(), sd: z.number() });
const difference = z.object({
  n: z.int(),
  mean: z.number(),
  /** 95% t interval over seeds; null with fewer than two. */
  interval: z.tuple([z.number(), z.number()]).readonly().nullable(),
  distinguishable: z.boolean().nullable(),
});
const flops = z.object({ moe: z.number(), total: z.number() });

/** Means over the seeds that finished. */
const figuresSchema = z.object({
  match: matchSchema.nullable(),
  parameters: z.int(),
  loss: summary,
  bitsPerByte: summary,
  perplexity: summary,
  dropFreeBitsPerByte: summary,
  /** bits per byte, row less baseline; null in the baseline's own row. */
  difference: difference.nullable(),
  flops: z.object({ expected: flops, evaluation: flops, training: flops }),
  /** Sd over seeds of the measured (evaluation) total. */
  flopsSpread: z.number(),
  expertsPerToken: z.number(),
  droppedShare: z.number(),
  nullShare: z.number(),
  maxViolation: z.number(),
  entropy: z.number(),
  /** Mean bits per byte under the bigram reference's. */
  beatsReference: z.boolean(),
  machine: z.object({ tokensPerSecond: z.number(), peakMemoryBytes: z.number() }),
});

export const rowSchema = z.object({
  label: z.string(),
  router: z.string(),
  options: z.record(z.string(), z.json()),
  baseline: z.boolean(),
  /** Null when no seed finished. */
  figures: figuresSchema.nullable(),
  trials: z.array(trialSchema),
  errors: z.array(z.object({ seed: z.int(), code: z.string(), message: z.string() })),
});

/** results.json. Everything that depends on the machine and the moment lies under keys named `machine`. */
export const resultsSchema = z.object({
  schema: z.literal(RESULTS_SCHEMA),
  /** True when the run was stopped before every trial had ended. */
  partial: z.boolean(),
  manifest: z.object({
    experiment: experimentSchema,
    /** sha256 of the experiment's canonical JSON. */
    configHash: z.string(),
    backend: z.string(),
    versions: z.record(z.string(), z.string()),
    data: z.object({
      name: z.string(),
      attribution: z.string(),
      tokenizer: z.string(),
      vocabSize: z.int(),
      trainTokens: z.int(),
      validationTokens: z.int(),
      bytesPerToken: z.number(),
      hash: z.string(),
    }),
    /** sha256 of each router file, by the name it was given. */
    files: z.record(z.string(), z.string()),
  }),
  reference: z.object({
    name: z.literal('bigram'),
    loss: z.number(),
    bitsPerByte: z.number(),
    tokens: z.int(),
  }),
  rows: z.array(rowSchema),
  machine: z.object({
    startedAt: z.string(),
    seconds: z.number(),
    workers: z.int(),
  }),
});

export type Results = z.output<typeof resultsSchema>;
export type Row = z.output<typeof rowSchema>;
export type Figures = NonNullable<Row['figures']>;
export type Manifest = Results['manifest'];
