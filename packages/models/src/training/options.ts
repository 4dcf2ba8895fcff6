import { parseOptions } from '@moekit/core';
import { wordOf } from '@moekit/core/options';
import { z } from 'zod';

import type { TrainOptions } from '../contract.js';
import { strict } from '../strict.js';
import { SCHEDULES, scheduleFault } from './schedule.js';

const shape = {
  steps: z.int().min(1),
  learningRate: z.number().positive(),
  warmupSteps: z.int().min(0),
  schedule: z.exactOptional(wordOf(SCHEDULES)),
  decaySteps: z.int().min(0).exactOptional(),
  finalLearningRate: z.number().min(0).max(1).default(0.1),
  weightDecay: z.number().min(0),
  clipNorm: z.number().min(0),
  seed: z.int(),
  evaluateEvery: z.int().min(0).default(0),
  evaluationBatches: z.int().min(1).default(8),
  microBatches: z.int().min(1).exactOptional(),
  patience: z.int().min(1).exactOptional(),
  minImprovement: z.number().min(0).exactOptional(),
};

const schema = strict(shape).superRefine((options, context) => {
  const message = scheduleFault(options);
  if (message) context.addIssue({ code: 'custom', path: ['decaySteps'], message });
  const [key, fault] = patienceFault(options) ?? [];
  if (key) context.addIssue({ code: 'custom', path: [key], message: fault! });
});

/** Training options with their defaults; without `microBatches` a step has one, without `schedule` it is cosine. */
export type ParsedTrainOptions = z.output<typeof schema>;

/** @throws MOE_OPTIONS naming each wrong option */
export function parseTrainOptions(options: TrainOptions): ParsedTrainOptions {
  const { schedule, ...parsed } = parseOptions(schema, options, 'training');
  return schedule === undefined || schedule === 'cosine' ? parsed : { ...parsed, schedule };
}

function patienceFault({
  patience,
  minImprovement,
  evaluateEvery,
}: Pick<ParsedTrainOptions, 'patience' | 'minImprovement' | 'evaluateEvery'>) {
  if (patience === undefined && minImprovement !== undefined) {
    return ['minImprovement', 'says what patience waits for: set patience too, or leave it out'];
  }
  if (patience !== undefined && evaluateEvery === 0) {
    return ['patience', 'counts evaluations during training: set evaluateEvery above 0'];
  }
  return undefined;
}
