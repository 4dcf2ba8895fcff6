import { z } from 'zod';

/** Named figures of quality, as the task measures them. */
export const metricsSchema = z.record(z.string(), z.number());

/** What one MoE layer did, over the evaluation after the last step or over a part of training. */
export const layerSchema = z.object({
  /** Real experts computed per token. */
  expertsPerToken: z.number(),
  /** Share of the selected pairs that capacity dropped. */
  droppedShare: z.number(),
  /** Share of all slots that zero-compute experts took. */
  nullShare: z.number(),
  /** Share of the tokens that reached no real expert. */
  zeroComputeShare: z.number(),
  /** Share of the rows that padding each expert to its capacity would add; nothing computes them here. */
  paddingShare: z.number(),
  maxViolation: z.number(),
  entropy: z.number(),
  dilution: z.number(),
});

/** The same, with what the evaluation after the last step tells beside. */
export const evaluatedLayerSchema = layerSchema.extend({
  /** [n] share of the tokens that reached exactly n real experts. */
  expertsHistogram: z.array(z.number()),
  /** Share of the experts' hidden activations that are above 0; null unless the experiment measures it. */
  positiveActivations: z.number().nullable(),
});

/** Forward FLOPs per token, a multiply and an add counted as two. */
export const flopsSchema = z.object({
  router: z.number(),
  /** Routed and shared experts; in the dense row the feed-forward layers in their place. */
  experts: z.number(),
  /** router + experts */
  moe: z.number(),
  attention: z.number(),
  rest: z.number(),
  total: z.number(),
});

export const matchSchema = z.object({
  numExperts: z.int(),
  expertWidth: z.int(),
  expectedExperts: z.number().nullable(),
  parameterRatio: z.number(),
  computeRatio: z.number(),
});

/** How a trained model does under one setting of its routers. */
export const evaluatedSchema = z.object({
  /** With the routers' evaluation capacity, as trained. */
  limited: metricsSchema,
  /** Without capacity. */
  dropFree: metricsSchema,
  /** Figures that take more than forward passes, such as BLEU; empty for tasks without. */
  measured: metricsSchema,
  /** Per token, counted from what was dispatched in the limited pass. */
  flops: flopsSchema,
  /** Forward FLOPs per token that padding each expert to its capacity would add: not computed, not in `flops`. */
  paddingFlops: z.number(),
  layers: z.array(evaluatedLayerSchema),
});

/** One held-out input with what each of its tokens cost; see TaskExample of @moekit/models. */
export const exampleSchema = z.object({
  texts: z.record(z.string(), z.string()),
  picture: z.object({ width: z.int(), height: z.int(), pixels: z.array(z.number()) }).optional(),
  tokens: z.array(
    z.object({
      text: z.string(),
      region: z
        .object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
        .optional(),
      /** Real experts that computed it, one number per MoE layer. */
      experts: z.array(z.number()),
      slots: z.array(z.number()),
    }),
  ),
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
  ...evaluatedSchema.omit({ flops: true }).shape,
  /** Forward FLOPs per token: as designed, in the evaluation, and over all of training. */
  flops: z.object({ expected: flopsSchema, evaluation: flopsSchema, training: flopsSchema }),
  /** FLOPs of the whole training run; the backward pass takes twice the forward one. */
  trainingFlops: z.object({
    tokens: z.number(),
    forward: z.number(),
    backward: z.number(),
    total: z.number(),
  }),
  /** Held-out figures over training. */
  curve: z.array(
    z.object({
      step: z.int(),
      metrics: metricsSchema,
      /** FLOPs of training up to here, forward and backward. */
      trainingFlops: z.number(),
    }),
  ),
  /** Means over equal parts of training, on the training batches. */
  trainingCurve: z.array(
    z.object({
      /** Last step of the part. */
      step: z.int(),
      metrics: metricsSchema,
      routerLoss: z.number(),
      layers: z.array(layerSchema),
    }),
  ),
  /** [time][layer][expert] share of the layer's rows that went to the expert, over the same parts of training. */
  loadHistory: z.array(z.array(z.array(z.number()))),
  /** Inputs to look at; of the experiment's first seed alone, and only where the task has some. */
  examples: z.array(exampleSchema),
  /** The trained model under other options of its router, by label. */
  variants: z.record(z.string(), evaluatedSchema),
  machine: z.object({
    seconds: z.number(),
    tokensPerSecond: z.number(),
    peakMemoryBytes: z.number(),
  }),
});

export type Trial = z.output<typeof trialSchema>;
export type Evaluated = z.output<typeof evaluatedSchema>;
export type TrialLayer = z.output<typeof evaluatedLayerSchema>;
export type TrialFlops = z.output<typeof flopsSchema>;
