import { figure } from '@moekit/models';
import { z } from 'zod';

import { amount, rate, share, whole } from './quantities.js';
import { routingShape } from './routing-shape.js';

/** Named figures of quality, as the task measures them. */
export const metricsSchema = z.record(z.string(), figure);

/** The routing of one MoE layer, over the evaluation after the last step or over a part of training. */
export const layerSchema = z.object(routingShape);

/** The same, with further figures of the evaluation after the last step. */
export const evaluatedLayerSchema = layerSchema.extend({
  /** [n] share of the tokens that reached exactly n real experts. */
  expertsHistogram: z.array(share),
  /** Share of the experts' hidden activations that are above 0; null unless the experiment measures it. */
  positiveActivations: share.nullable(),
  /** Share of the experts that got at least half of an even load. */
  utilisation: share.exactOptional(),
  /** [expert][label] dispatched pairs, where tokens are labelled by their data. */
  labels: z.array(z.array(amount)).exactOptional(),
  /** Normalised mutual information of expert and label. */
  labelInformation: share.exactOptional(),
});

/** Forward FLOPs per token, a multiply and an add counted as two. */
export const flopsSchema = z.object({
  router: amount,
  /** Routed and shared experts; in the dense row the feed-forward layers in their place. */
  experts: amount,
  /** router + experts */
  moe: amount,
  attention: amount,
  rest: amount,
  total: amount,
});

export const matchSchema = z.object({
  numExperts: whole,
  expertWidth: whole,
  expectedExperts: amount.nullable(),
  parameterRatio: amount,
  computeRatio: amount,
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
  paddingFlops: amount,
  layers: z.array(evaluatedLayerSchema),
  /** Names of the labels (domains, modalities) of tokens. */
  labels: z.array(z.string()).exactOptional(),
});

/** One held-out input with what each of its tokens cost; see TaskExample of @moekit/models. */
export const exampleSchema = z.object({
  texts: z.record(z.string(), z.string()),
  picture: z.object({ width: whole, height: whole, pixels: z.array(amount) }).optional(),
  tokens: z.array(
    z.object({
      text: z.string(),
      region: z
        .object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
        .optional(),
      /** Real experts that computed it, one number per MoE layer. */
      experts: z.array(amount),
      slots: z.array(amount),
      /** [layer] the first real experts that computed it, by weight. */
      routes: z.array(z.array(whole)).exactOptional(),
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
  parameters: whole,
  ...evaluatedSchema.omit({ flops: true }).shape,
  /** Forward FLOPs per token: as designed, in the evaluation, and over all of training. */
  flops: z.object({ expected: flopsSchema, evaluation: flopsSchema, training: flopsSchema }),
  /** FLOPs of the whole training run; the backward pass takes twice the forward one. */
  trainingFlops: z.object({
    tokens: amount,
    forward: amount,
    backward: amount,
    total: amount,
  }),
  /** Held-out figures over training. */
  curve: z.array(
    z.object({
      step: whole,
      metrics: metricsSchema,
      /** FLOPs of training up to here, forward and backward. */
      trainingFlops: amount,
    }),
  ),
  /** Means over equal parts of training, on the training batches. */
  trainingCurve: z.array(
    z.object({
      /** Last step of the part. */
      step: whole,
      metrics: metricsSchema,
      routerLoss: figure,
      layers: z.array(layerSchema),
    }),
  ),
  /** Max violation of each MoE layer over training: of each step, or means over as many steps each in longer runs. */
  balanceCurve: z
    .array(z.object({ /** Last of them. */ step: whole, layers: z.array(amount) }))
    .exactOptional(),
  /** True for a control of a comparison, which knows more or less than a router can. */
  control: z.boolean().exactOptional(),
  /** [time][layer][expert] share of the layer's rows that went to the expert, over the same parts of training. */
  loadHistory: z.array(z.array(z.array(share))),
  /** Inputs to look at; of the experiment's first seed alone, and only where the task has some. */
  examples: z.array(exampleSchema),
  /** The trained model under other options of its router, by label. */
  variants: z.record(z.string(), evaluatedSchema),
  machine: z.object({
    seconds: amount,
    tokensPerSecond: rate,
    peakMemoryBytes: amount,
  }),
});

export type Trial = z.output<typeof trialSchema>;
export type Evaluated = z.output<typeof evaluatedSchema>;
export type TrialLayer = z.output<typeof evaluatedLayerSchema>;
export type TrialFlops = z.output<typeof flopsSchema>;
