import { parseOptions } from '@moekit/core';
import { z } from 'zod';

import type { LanguageModelConfig } from '../contract.js';
import { fail } from '../errors.js';
import { longestContext, sizesShape } from './sizes.js';

const size = z.int().min(1);

const schema = z.strictObject({
  vocabSize: z.int().min(2),
  ...sizesShape,
  contextLength: longestContext,
  numLayers: size,
  positions: z.enum(['rotary', 'learned']),
  seed: z.int(),
  allowNonCausal: z.boolean().optional(),
});

/** @throws MOE_OPTIONS for a value out of range, MODELS_CONFIG for sizes that do not fit together */
export function parseModelConfig(config: LanguageModelConfig): LanguageModelConfig {
  const parsed = parseOptions(schema, config, 'the language model') as LanguageModelConfig;
  assertHeads(parsed);
  return parsed;
}

/** @throws MODELS_CONFIG when the width does not divide into heads of pairs */
export function assertHeads({
  modelWidth,
  numHeads,
}: {
  modelWidth: number;
  numHeads: number;
}): void {
  const headWidth = modelWidth / numHeads;
  if (!Number.isInteger(headWidth)) {
    throw fail('MODELS_CONFIG', {
      asked: 'modelWidth must be a multiple of numHeads',
      got: `${modelWidth} and ${numHeads}`,
      fix: 'Change one of them.',
    });
  }
  if (headWidth % 2 !== 0) {
    throw fail('MODELS_CONFIG', {
      asked: 'Heads are rotated in pairs of elements, so modelWidth / numHeads must be even',
      got: String(headWidth),
      fix: 'Change one of them.',
    });
  }
}
