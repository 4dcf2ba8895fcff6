import { z } from 'zod';

export const lossFigures = z.object({
  /** Nats per token. */
  loss: z.number(),
  bitsPerByte: z.number(),
  perplexity: z.number(),
});

/** What one MoE layer did in the evaluation after the last step. */
export const layerSchema = z.object({
  expertsPerToken: z.number(),
  droppedShare: z.number(),
  nullShare: z.number(),
  maxViolation: z.number(),
  entropy: z.number(),
  dilution: z.number(),
});

const flopsSchema = z.object({
  /** The MoE layers' part: routers and experts; for the dense row the feed-forward layers in their place. */
  moe: z.number(),
  total: z.number(),
});

export const matchSchema = z.object({
  numExperts: z.int(),
  expertWidth: z.int(),
  expectedExperts: z.number().nullable(),
  parameterRatio: z.number(),
  computeRatio: z.number(),
});

/** One router trained with one seed. */
export const trialSchema = z.object({
  label: z.string(),
  seed: z.int(),
  backend: z.string(),
  dataHash: z.string(),
  /** Absent in the dense row. */
  match: matchSchema.nullable(),
  parameters: z.int(),
  /** With the routers' evaluation capacity, as trained. */
  limited: lossFigures,
  /** Without capacity. */
  dropFree: lossFigures,
  /** Forward FLOPs per token: as designed, and counted from what was dispatched. */
  flops: z.object({ expected: flopsSchema, evaluation: flopsSchema, training: flopsSchema }),
  layers: z.array(layerSchema),
  curve: z.array(z.object({ step: z.int(), loss: z.number(), bitsPerByte: z.number() })),
  /** Mean training loss between two points of the curve. */
  trainingLoss: z.array(z.number()),
  /** [time][layer][expert] share of the layer's rows that went to the expert, over equal parts of training. */
  loadHistory: z.array(z.array(z.array(z.number()))),
  machine: z.object({
    seconds: z.number(),
    tokensPerSecond: z.number(),
    peakMemoryBytes: z.number(),
  }),
});

export type Trial = z.output<typeof trialSchema>;
export type TrialLayer = z.output<typeof layerSchema>;
