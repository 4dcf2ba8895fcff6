import { createRng, parseOptions } from '@moekit/core';
import { z } from 'zod';

import { strict } from '../strict.js';

/** How the next token is drawn. */
export const samplingShape = {
  /** Divides the logits: 0 takes the likeliest token, 1 (default) draws from the model's own distribution. */
  temperature: z.number().min(0).default(1),
  /** Draw among this many of the likeliest tokens; all where absent. */
  topK: z.int().min(1).optional(),
  /** Draw among the likeliest tokens up to the one at which their probabilities together reach this. Default 1: all. */
  topP: z.number().gt(0).max(1).default(1),
  /** The same seed draws the same tokens. Default 1. */
  seed: z.int().default(1),
};

const schema = strict(samplingShape);

export type SamplingOptions = z.input<typeof schema>;

/** Takes logits [V] and gives the id of the token drawn. */
export type Sampler = (logits: ArrayLike<number>) => number;

interface Candidate {
  readonly id: number;
  readonly logit: number;
}

/**
 * Draws tokens: the logits are divided by the temperature, cut to the top k, then to the nucleus.
 * Formula:  p = softmax(z / temperature) over the k likeliest;  the nucleus is their shortest prefix with sum p >= topP
 *   (Holtzman 2020, 1904.09751);  ties go to the lower id
 * @throws MOE_OPTIONS
 */
export function createSampler(options: SamplingOptions = {}): Sampler {
  const { temperature, topK, topP, seed } = parseOptions(schema, options, 'sampling');
  const rng = createRng(seed);
  if (temperature === 0 || topK === 1) return likeliest;
  return (logits) => {
    const ranked = rank(logits).slice(0, topK);
    const weights = weightsOf(ranked, temperature);
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    const kept = topP < 1 ? prefixOf(weights, topP * whole) : weights.length;
    const mass = weights.slice(0, kept).reduce((sum, weight) => sum + weight, 0);
    const drawn = prefixOf(weights, rng.uniform() * mass);
    return ranked[Math.min(drawn, kept) - 1]!.id;
  };
}

/** The first of the highest. */
function likeliest(logits: ArrayLike<number>): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  return best;
}

function rank(logits: ArrayLike<number>): Candidate[] {
  const all = Array.from(logits, (logit, id) => ({ id, logit }));
  return all.sort((a, b) => b.logit - a.logit || a.id - b.id);
}

/** Proportional to the probabilities; the likeliest has 1. */
function weightsOf(ranked: readonly Candidate[], temperature: number): number[] {
  const top = ranked[0]!.logit;
  return ranked.map(({ logit }) => Math.exp((logit - top) / temperature));
}

/** How many of the weights, from the first on, it takes to reach `mass`; all where they never do. */
function prefixOf(weights: readonly number[], mass: number): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    if (sum > mass || (sum === mass && mass > 0)) return i + 1;
  }
  return weights.length;
}
