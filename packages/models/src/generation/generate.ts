import { parseOptions } from '@moekit/core';
import { z } from 'zod';

import type { LanguageModel, ReadingSession } from '../contract.js';
import { assertLanguageModel } from '../assert-run.js';
import { fail } from '../errors.js';
import { strict } from '../strict.js';
import { createRest } from './rest.js';
import { createSampler, samplingShape } from './sampler.js';

const schema = strict({
  ...samplingShape,
  /** Tokens to generate at most. Default 100. */
  maxTokens: z.int().min(0).default(100),
  /** Generation ends before any of these tokens. Default: none. */
  stop: z.array(z.int().min(0)).default([]),
  /**
   * Keep keys and values of the tokens read. False computes the whole context for each token, with the same result unless
   * a router draws at evaluation (uniform).
   */
  cache: z.boolean().default(true),
});

export type GenerateOptions = z.input<typeof schema>;

/**
 * Continues a text, token by token, as they are drawn. Once the context is full its older half is forgotten: the newer
 * half is read again from position 0.
 * @param prompt token ids, at least one
 * @returns the ids of the new tokens; leaving the loop ends it and frees what it holds
 * @throws MOE_OPTIONS, MODELS_TOKENS for an empty prompt or an id outside the vocabulary, whatever the routers throw
 */
export async function* generate(
  model: LanguageModel,
  prompt: ArrayLike<number>,
  options: GenerateOptions = {},
): AsyncGenerator<number, void, void> {
  assertLanguageModel('generate', model);
  const { maxTokens, stop, cache, ...sampling } = parseOptions(schema, options, 'generate');
  const draw = createSampler(sampling);
  const reader = createReader(model, prompt, cache);
  const rest = createRest();
  try {
    for (let made = 0; made < maxTokens; made++) {
      await rest();
      const token = draw(await reader.logits());
      if (stop.includes(token)) return;
      reader.add(token);
      yield token;
    }
  } finally {
    reader.dispose();
  }
}

/** The context of a generation: what was read, and what comes next. */
interface Reader {
  /** [V] of the token after the last. */
  logits(): Promise<Float32Array>;
  add(token: number): void;
  dispose(): void;
}

function createReader(model: LanguageModel, prompt: ArrayLike<number>, cache: boolean): Reader {
  const { contextLength } = model.config;
  assertPrompt(model, prompt);
  const newest = Math.floor(contextLength / 2);
  let context = Array.from(prompt).slice(-contextLength);
  let session: ReadingSession | undefined;
  const end = () => {
    session?.dispose();
    session = undefined;
  };
  return {
    logits: async () => {
      if (!cache) end();
      session ??= model.startReading(1);
      const logits = session.read(Int32Array.from(context.slice(session.position)));
      const values = await logits.data<'float32'>();
      logits.dispose();
      return values;
    },
    add: (token) => {
      if (context.length === contextLength) {
        context = context.slice(contextLength - newest);
        end();
      }
      context.push(token);
    },
    dispose: end,
  };
}

function assertPrompt({ config }: LanguageModel, prompt: ArrayLike<number>): void {
  const ids = Array.from(prompt ?? []);
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabSize);
  if (ids.length > 0 && wrong === undefined) return;
  throw fail('MODELS_TOKENS', {
    asked: `A prompt must hold at least one token, each an id from 0 to ${config.vocabSize - 1}`,
    got: ids.length === 0 ? 'none' : String(wrong),
    fix:
      typeof prompt === 'string'
        ? 'A text is for generateText(run, text); generate takes the ids that the tokenizer makes of it.'
        : 'Encode the text with the tokenizer that the model was trained with.',
  });
}
