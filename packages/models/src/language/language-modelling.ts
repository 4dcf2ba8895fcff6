import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import type { TokenData, Tokenizer } from '../contract.js';
import type { BigramReference } from '../data/bigram.js';
import { bigramReference } from '../data/bigram.js';
import { bpeTokenizer } from '../data/bpe/bpe-tokenizer.js';
import { textBlocks } from '../data/bpe/text-blocks.js';
import { trainedBpe } from '../data/bpe/tokenizer-cache.js';
import { byteTokenizer } from '../data/byte-tokenizer.js';
import { loadEmbeddedText } from '../data/embedded-text.js';
import { huggingFaceTokenizer } from '../data/hugging-face-tokenizer.js';
import { loadTextFile } from '../data/text-file.js';
import { tokenize } from '../data/tokenize.js';
import { fail } from '../errors.js';
import { createLanguageModel } from '../model/language-model.js';
import { smallLanguageModel } from '../presets.js';
import type { TaskData, TaskPlugin } from '../task.js';
import { createLanguageTask } from './language-task.js';

const EMBEDDED = ['tiny-shakespeare', 'wikitext-2'] as const;

const count = z.int().min(1);

const optionsSchema = z.strictObject({
  data: z
    .strictObject({
      /** `tiny-shakespeare`, `wikitext-2`, or a file or folder of text, JSONL or Parquet. */
      source: z.string().min(1).default('tiny-shakespeare'),
      /** `bytes`, `bpe:4096` to train a BPE of that many tokens on the training split, or a Hugging Face tokenizer.json. */
      tokenizer: z.string().min(1).default('bytes'),
      /** Use at most this much of the start of a file or folder. */
      maxBytes: count.optional(),
      /** Member or column that holds the text of JSONL and Parquet. */
      field: z.string().min(1).optional(),
    })
    .readonly()
    .prefault({}),
  model: z
    .strictObject({
      contextLength: count.default(smallLanguageModel.contextLength),
      modelWidth: count.default(smallLanguageModel.modelWidth),
      numLayers: count.default(smallLanguageModel.numLayers),
      numHeads: count.default(smallLanguageModel.numHeads),
      feedForwardWidth: count.default(smallLanguageModel.feedForwardWidth),
      moeEvery: count.default(smallLanguageModel.moeEvery),
      positions: z.enum(['rotary', 'learned']).default(smallLanguageModel.positions),
      activation: z.enum(['relu', 'gelu', 'swiglu']).default(smallLanguageModel.activation),
      allowNonCausal: z.boolean().default(false),
    })
    .readonly()
    .prefault({}),
});

export type LanguageModellingOptions = z.output<typeof optionsSchema>;

export interface LanguageData extends TaskData {
  readonly tokens: TokenData;
}

/** Next-token prediction on a text, compared in bits per byte; its reference is an add-one-smoothed bigram. */
export const languageModelling: TaskPlugin<LanguageModellingOptions, LanguageData> = {
  name: 'lm',
  options: optionsSchema,
  metrics: [
    { name: 'bitsPerByte', unit: 'bits/byte', better: 'lower' },
    { name: 'loss', unit: 'nats/token', better: 'lower' },
    { name: 'perplexity', unit: 'perplexity', better: 'lower' },
  ],
  load: async ({ data, model }) => {
    const embedded = EMBEDDED.find((name) => name === data.source);
    const source = embedded
      ? await loadEmbeddedText(embedded)
      : await loadTextFile(data.source, data);
    const tokens = tokenize(source, await loadTokenizer(data.tokenizer, source.train));
    assertLongEnough(tokens, data.source, model.contextLength);
    return {
      tokens,
      description: describe(tokens),
      // counted where it is asked for: a trial has no use for it
      get reference() {
        return referenceOf(bigramReference(tokens));
      },
    };
  },
  layer: ({ model }) => model,
  create: ({ model }, { tokens }, { seed, batchSize, moe }) => {
    const config = { ...model, vocabSize: tokens.vocabSize, seed };
    const built = moe ? createLanguageModel(config, moe) : createLanguageModel(config);
    return createLanguageTask(built, tokens, { batchSize });
  },
};

function describe({ train, validation, name, attribution, hash, ...details }: TokenData) {
  const sizes = { trainTokens: train.length, validationTokens: validation.length };
  return { name, attribution, hash, details: { ...details, ...sizes } };
}

function referenceOf({ loss, bitsPerByte }: BigramReference) {
  return { name: 'bigram', metrics: { loss, bitsPerByte, perplexity: Math.exp(loss) } };
}

function assertLongEnough(tokens: TokenData, source: string, contextLength: number): void {
  for (const split of ['train', 'validation'] as const) {
    if (tokens[split].length > contextLength + 1) continue;
    throw fail('MODELS_DATA_SHORT', {
      asked: `The ${split} split must hold more than contextLength + 1 = ${contextLength + 1} tokens`,
      got: `${tokens[split].length} in ${source}`,
      fix: 'Use a longer text, or a shorter context.',
    });
  }
}

async function loadTokenizer(name: string, train: Uint8Array): Promise<Tokenizer> {
  if (name === 'bytes') return byteTokenizer();
  const size = /^bpe:(\d+)$/.exec(name)?.[1];
  if (size)
    return bpeTokenizer(await trainedBpe([...textBlocks(train)], { vocabSize: +size }), name);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(name, 'utf8'));
  } catch (cause) {
    throw fail('MODELS_TOKENIZER', {
      asked: 'The tokenizer must be "bytes" or a readable Hugging Face tokenizer.json',
      got: `${name}: ${(cause as Error).message.split('\n')[0]!}`,
      fix: 'Check the path.',
      cause,
    });
  }
  return huggingFaceTokenizer(json as never);
}
