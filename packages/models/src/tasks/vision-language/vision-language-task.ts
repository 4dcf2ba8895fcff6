import type { Rng } from '@moekit/core';
import { createRng } from '@moekit/core';

import type { Task } from '../../task.js';
import { MODALITIES } from './as-tensors.js';
import type { VisionLanguageBatch } from './batch.js';
import type { Source } from './draw-batch.js';
import { drawBatch } from './draw-batch.js';
import { traceExamples } from './examples.js';
import { readFigures } from './figures.js';
import { runPass } from './run-pass.js';
import { splitSequences } from './split-sequences.js';
import type { VisionLanguageModel } from './vision-language-model.js';

/** Held-out pictures are drawn from it: the same in every experiment of the same options. */
const HELD_OUT_SEED = 20_261_122;

export interface VisionLanguageTaskOptions {
  readonly batchSize: number;
  /** Without it nothing but the routers' own losses trains the model: the control that shows what they do alone. */
  readonly taskLoss: boolean;
}

/**
 * Questions about pictures of digits, answered word by word. An answer is right when every word of it is, its end
 * included, each predicted after the right ones before it: what greedy decoding would say, since the first wrong word
 * makes both wrong.
 */
export function createVisionLanguageTask(
  model: VisionLanguageModel,
  source: Source,
  { batchSize, taskLoss }: VisionLanguageTaskOptions,
): Task<VisionLanguageBatch> {
  const heldOut = createRng(HELD_OUT_SEED);
  const streams = (from: Rng, first: number) =>
    Array.from({ length: batchSize }, (_, i) => from.fork(String(first + i)));
  return {
    name: 'vision-language',
    model,
    labels: MODALITIES,
    trainingBatch: (step, rng) => drawBatch(source, 'train', streams(rng.fork(String(step)), 0)),
    *heldOutBatches(count) {
      for (let i = 0; i < count; i++) {
        yield drawBatch(source, 'heldOut', streams(heldOut, i * batchSize));
      }
    },
    sizeOf: ({ mask, targetIds }) => ({
      tokens: mask.reduce((tokens, real) => tokens + real, 0),
      targets: targetIds.length,
    }),
    splitBatch: splitSequences,
    pass: (batch, options) => runPass(model, batch, { ...options, taskLoss }),
    flops: ({ size, targetIds }, pairs) => model.flops({ size, targets: targetIds.length }, pairs),
    metrics: ({ loss, figures }) => ({ loss, ...readFigures(figures) }),
    examples: (count) => traceExamples(model, source, { count, rng: heldOut }),
  };
}
