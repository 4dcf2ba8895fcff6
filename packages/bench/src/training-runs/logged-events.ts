import type { RoutingStats } from '@moekit/core';
import type { TrainEvent } from '@moekit/models';
import { readEvents } from '@moekit/models/node';
import { z } from 'zod';

import { fail } from '../errors.js';

const figures = z.record(
  z.string(),
  z
    .number()
    .or(z.nan())
    .or(z.literal([Infinity, -Infinity])),
);
const count = z.number().min(0);
const flops = z.object({
  router: z.number(),
  experts: z.number(),
  attention: z.number(),
  rest: z.number(),
  total: z.number(),
});
const layer = z.object({
  tokens: count,
  tokensPerExpert: z.array(count).min(1),
  selectedPairs: count,
  dispatchedPairs: count,
  paddedPairs: count,
  tokensByExperts: z.array(count),
  nullSlots: count,
  zeroComputeTokens: count,
  entropy: z.number(),
  nullMass: z.number(),
  dilution: z.number(),
}) satisfies z.ZodType<RoutingStats>;

/** The members of a step's event that a report reads. */
const stepSchema = z.looseObject({
  type: z.literal('step'),
  step: z.int().min(1),
  steps: z.int().min(1),
  learningRate: z.number(),
  routerLoss: z.number(),
  metrics: figures,
  tokens: count,
  seconds: z.number(),
  flops,
  layers: z.array(layer),
});

const evaluationSchema = z.looseObject({
  type: z.literal('evaluation'),
  step: z.int().min(1),
  evaluation: z.looseObject({ limited: figures, layers: z.array(layer) }),
});

const eventSchema = z.discriminatedUnion('type', [
  stepSchema,
  evaluationSchema,
  z.looseObject({ type: z.literal('continuation'), step: z.int() }),
  z.looseObject({ type: z.literal('early-stop'), step: z.int() }),
]);

/**
 * Reads the events of a training log one by one; a line that a kill cut off at its end is left out.
 * @throws MODELS_LOG where it is not a log, BENCH_TRAINING_RUN where an event lacks what a report reads
 */
export async function* loggedEvents(path: string): AsyncGenerator<TrainEvent> {
  for await (const event of readEvents(path)) {
    const { error } = eventSchema.safeParse(event);
    if (error) throw notALog(path, event, error.issues[0]!);
    yield event;
  }
}

function notALog(path: string, { type, step }: TrainEvent, issue: z.core.$ZodIssue) {
  return fail('BENCH_TRAINING_RUN', {
    asked: `Every event of ${path} must be one of a training run`,
    got: `${type} ${step} with ${issue.path.map(String).join('.')}: ${issue.message}`,
    fix: 'Give the folder of a run of moekit train, or its events.jsonl.',
  });
}
