import type { Tokenizer } from '@moekit/data';

import { assertText, assertTextRun } from '../assert-run.js';
import type { LanguageModel } from '../contract.js';
import { fail } from '../errors.js';
import type { TokenRoute } from './route-window.js';
import { routeWindow } from './route-window.js';

/** A token as text, with the space before it where it has one. */
export function pieceOf(tokenizer: Tokenizer, id: number): string {
  return new TextDecoder().decode(tokenizer.decode([id], true));
}

export interface RoutedToken {
  /** A byte that is part of a character reads as U+FFFD. */
  readonly text: string;
  /** One entry per MoE layer, in depth order. */
  readonly layers: readonly TokenRoute[];
}

/** A text as a model's MoE layers saw it. */
export interface RoutedText {
  readonly tokens: readonly RoutedToken[];
  /** Real experts of each MoE layer. */
  readonly numExperts: readonly number[];
}

/**
 * Which experts compute each token of a text, drop-free. A text longer than the context is read in windows side by side.
 * @param run a model and the tokenizer that it was trained with, as `loadRun` gives them
 * @throws MODELS_TOKENS for an empty text, MODELS_RUN for a dense model, whatever the routers throw
 */
export async function routeText(
  run: { readonly model: LanguageModel; readonly tokenizer: Tokenizer },
  text: string,
): Promise<RoutedText> {
  assertTextRun('routeText', run);
  assertText('routeText', 'text', text);
  const { model, tokenizer } = run;
  const ids = tokenizer.encode(new TextEncoder().encode(text));
  const numExperts = model.moeLayers.map(({ experts }) => experts.numExperts);
  assertRoutable(ids, numExperts);
  const tokens: RoutedToken[] = [];
  for (let at = 0; at < ids.length; at += model.config.contextLength) {
    const window = ids.slice(at, at + model.config.contextLength);
    const { routes: layers } = await routeWindow(model, window);
    window.forEach((id, t) => {
      tokens.push({ text: pieceOf(tokenizer, id), layers: layers.map((routes) => routes[t]!) });
    });
  }
  return { tokens, numExperts };
}

function assertRoutable(ids: Int32Array, numExperts: readonly number[]): void {
  if (numExperts.length === 0) {
    throw fail('MODELS_RUN', {
      asked: 'Showing the experts of a text takes a model with MoE layers',
      got: 'a dense one',
      fix: 'Train one with a router: moekit train --router threshold.',
    });
  }
  if (ids.length > 0) return;
  throw fail('MODELS_TOKENS', {
    asked: 'A text to route must have at least one token',
    got: 'none',
    fix: 'Pass a longer text.',
  });
}
