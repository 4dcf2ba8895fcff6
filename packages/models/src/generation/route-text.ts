import type { Tokenizer } from '@moekit/data';
import type { Routing } from '@moekit/core';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';

import type { LanguageModel } from '../contract.js';
import { fail } from '../errors.js';

/** A token's share in the experts of one MoE layer. */
export interface TokenRoute {
  /** Real experts that compute it, the highest weight first. */
  readonly experts: readonly number[];
  /** Their weights, in the same order. */
  readonly weights: readonly number[];
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
  const { model, tokenizer } = run;
  const ids = tokenizer.encode(new TextEncoder().encode(text));
  const numExperts = model.moeLayers.map(({ experts }) => experts.numExperts);
  assertRoutable(ids, numExperts);
  const tokens: RoutedToken[] = [];
  for (let at = 0; at < ids.length; at += model.config.contextLength) {
    const window = ids.slice(at, at + model.config.contextLength);
    const layers = await routeWindow(model, window);
    window.forEach((id, t) => {
      const piece = new TextDecoder().decode(tokenizer.decode([id], true));
      tokens.push({ text: piece, layers: layers.map((routes) => routes[t]!) });
    });
  }
  return { tokens, numExperts };
}

/** The routes of a window's tokens in each MoE layer. */
async function routeWindow(model: LanguageModel, ids: Int32Array): Promise<TokenRoute[][]> {
  const read: { mask: Promise<Float32Array>; weights: Promise<Float32Array> }[] = [];
  tidy(() => {
    const input = tensor2d(ids, [1, ids.length], 'int32');
    const { routings } = model.forward(input, { training: false, dropFree: true });
    read.push(...routings.map(dataOf));
  });
  return Promise.all(
    read.map(async ({ mask, weights }) => routesOf(await mask, await weights, ids.length)),
  );
}

/** Asked for inside the tidy: what is read back outlives its tensors. */
function dataOf({ dispatchMask, combineWeights }: Routing) {
  return {
    mask: dispatchMask.data<'float32'>(),
    weights: combineWeights.data<'float32'>(),
  };
}

function routesOf(mask: Float32Array, weights: Float32Array, tokens: number): TokenRoute[] {
  const numExperts = mask.length / tokens;
  return Array.from({ length: tokens }, (_, t) => {
    const weightOf = (e: number) => weights[t * numExperts + e]!;
    const experts = Array.from({ length: numExperts }, (__, e) => e)
      .filter((e) => mask[t * numExperts + e] === 1)
      .sort((a, b) => weightOf(b) - weightOf(a) || a - b);
    return { experts, weights: experts.map(weightOf) };
  });
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
