import type { TokenData } from '@moekit/data';
import { loadTokens } from '@moekit/data/node';
import { z } from 'zod';

import { fail } from '../../errors.js';
import type { BigramReference } from '../../metrics/bigram.js';
import { bigramReference } from '../../metrics/bigram.js';
import { smallLanguageModel } from '../../presets.js';
import type { TaskData, TaskPlugin } from '../../task.js';
import { createLanguageModel } from '../../transformer/language-model.js';
import { leastOfLayers } from '../../transformer/least-weights.js';
import { longestContext, sizeOptions } from '../../transformer/sizes.js';
import { strict } from '../../strict.js';
import { createLanguageTask } from './language-task.js';

const count = z.int().min(1);

const optionsSchema = strict({
  data: strict({
    source: z
      .string()
      .min(1)
      .default('tiny-shakespeare')
      .describe(
        'tiny-shakespeare, wikitext-2, registers, a file or folder of text, JSONL or Parquet, or hf:owner/name?config=...',
      ),
    tokenizer: z
      .string()
      .min(1)
      .default('bytes')
      .describe(
        'bytes, bpe:4096 to train a BPE of that many tokens on the training split, a Hugging Face tokenizer.json, or hf:owner/name',
      ),
    maxBytes: count
      .optional()
      .describe('Use at most this much of the start of a file or folder, which may be of any size'),
    field: z
      .string()
      .min(1)
      .optional()
      .describe('Member or column that holds the text of JSONL and Parquet'),
  })
    .readonly()
    .prefault({}),
  model: strict({
    ...sizeOptions(smallLanguageModel),
    contextLength: longestContext
      .default(smallLanguageModel.contextLength)
      .describe('Tokens of a sequence'),
    numLayers: count.default(smallLanguageModel.numLayers).describe('Transformer layers'),
    positions: z
      .enum(['rotary', 'learned'])
      .default(smallLanguageModel.positions)
      .describe('How tokens know their place'),
    allowNonCausal: z
      .boolean()
      .default(false)
      .describe('Allow routers that look at later tokens; their figures leak the answer'),
  })
    .readonly()
    .prefault({}),
});

export type LanguageModellingOptions = z.output<typeof optionsSchema>;

export interface LanguageData extends TaskData {
  readonly tokens: TokenData;
}

const PER_TOKEN = [
  { name: 'loss', unit: 'nats/token', better: 'lower' },
  { name: 'perplexity', unit: 'perplexity', better: 'lower' },
] as const;

/** Next-token prediction on a text, compared in bits per byte; its reference is an add-one-smoothed bigram. */
export const languageModelling: TaskPlugin<LanguageModellingOptions, LanguageData> = {
  name: 'lm',
  about: {
    summary: 'Language modelling: the next token of a text, compared in bits per byte',
    data: 'Tiny Shakespeare by default (1 MB, ships with moekit); wikitext-2, registers, a file or folder of text, JSONL or Parquet, or hf:owner/name with --data',
  },
  options: optionsSchema,
  metrics: [{ name: 'bitsPerByte', unit: 'bits/byte', better: 'lower' }, ...PER_TOKEN],
  load: async ({ data, model }, onProgress) => {
    const tokens = await loadTokens(data, onProgress);
    assertLongEnough(tokens, data.source, model.contextLength);
    return {
      tokens,
      description: describe(tokens),
      // a tokenizer that lost some of the text: bits per byte would be those of another
      ...(tokens.bytesPerToken === null && { metrics: PER_TOKEN }),
      // counted where it is asked for: a trial has no use for it
      get reference() {
        return referenceOf(bigramReference(tokens));
      },
    };
  },
  layer: ({ model }) => model,
  leastWeights: ({ model }, experts) => leastOfLayers(model, model.numLayers, experts),
  create: ({ model }, { tokens }, { seed, batchSize, moe }) => {
    const config = { ...model, vocabSize: tokens.vocabSize, seed };
    const built = moe ? createLanguageModel(config, moe) : createLanguageModel(config);
    return createLanguageTask(built, tokens, { batchSize });
  },
};

function describe({
  train,
  validation,
  name,
  attribution,
  hash,
  labels,
  tokenizerFile: _,
  ...said
}: TokenData) {
  const sizes = { trainTokens: train.length, validationTokens: validation.length };
  const bytesPerToken = said.bytesPerToken ?? 'none: the tokenizer loses some of this text';
  const domains = labels && { domains: labels.names.join(', ') };
  return { name, attribution, hash, details: { ...said, bytesPerToken, ...sizes, ...domains } };
}

function referenceOf({ loss, bitsPerByte }: BigramReference) {
  const perByte = bitsPerByte === null ? {} : { bitsPerByte };
  return { name: 'bigram', metrics: { loss, ...perByte, perplexity: Math.exp(loss) } };
}

function assertLongEnough(tokens: TokenData, source: string, contextLength: number): void {
  for (const split of ['train', 'validation'] as const) {
    if (tokens[split].length > contextLength + 1) continue;
    throw fail('DATA_SHORT', {
      asked: `The ${split} split must hold more than contextLength + 1 = ${contextLength + 1} tokens`,
      got: `${tokens[split].length} in ${source}`,
      fix: 'Use a longer text, or a shorter context.',
    });
  }
}
