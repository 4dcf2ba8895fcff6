import { parseOptions } from '@moekit/core';
import { z } from 'zod';

import { assertHeads, longestContext, sizesShape } from '../../transformer/sizes.js';
import { strict } from '../../strict.js';
import type { TranslationModelConfig } from './contract.js';

const size = z.int().min(1);

const schema = strict({
  vocabSize: z.int().min(4),
  ...sizesShape,
  encoderLayers: size,
  decoderLayers: size,
  decoderMoE: z.boolean().default(false),
  maxLength: longestContext.min(2),
  dropout: z.number().min(0).max(0.9).default(0),
  seed: z.int(),
});

/** @throws MOE_OPTIONS for a value out of range, MODELS_CONFIG for sizes that do not fit together */
export function parseTranslationConfig(
  config: TranslationModelConfig,
): Required<TranslationModelConfig> {
  const parsed = parseOptions(schema, config, 'the translation model');
  assertHeads(parsed);
  return parsed;
}
