import type { Tokenizer } from '@moekit/data';

import { assertText, assertTextRun } from '../assert-run.js';
import type { LanguageModel } from '../contract.js';
import type { GenerateOptions } from './generate.js';
import { generate } from './generate.js';

/**
 * Continues a text, piece by piece, as its tokens are drawn: see `generate`.
 * @param run a model and the tokenizer that it was trained with, as `loadRun` gives them
 * @returns the new text; a piece is what a token completes, which is nothing within a character
 */
export async function* generateText(
  run: { readonly model: LanguageModel; readonly tokenizer: Tokenizer },
  prompt: string,
  options: GenerateOptions = {},
): AsyncGenerator<string, void, void> {
  assertTextRun('generateText', run);
  assertText('generateText', 'prompt', prompt);
  const { model, tokenizer } = run;
  const ids = tokenizer.encode(new TextEncoder().encode(prompt));
  const text = new TextDecoder();
  for await (const token of generate(model, ids, options)) {
    const piece = text.decode(tokenizer.decode([token], true), { stream: true });
    if (piece !== '') yield piece;
  }
  const rest = text.decode();
  if (rest !== '') yield rest;
}
