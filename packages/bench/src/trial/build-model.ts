import type { RouterPlugin } from '@moekit/core';
import { createRouter, FeedForwardExperts, MoELayer } from '@moekit/core';
import type { LanguageModel, MoEFactory } from '@moekit/models';
import { createLanguageModel } from '@moekit/models';

import type { Experiment } from '../experiment/config.js';
import type { Match } from './match.js';

export interface BuildInput {
  readonly model: Experiment['model'];
  readonly vocabSize: number;
  /** Everything outside the MoE layers starts from this seed alone: the same bytes under every router. */
  readonly seed: number;
  /** Absent for the dense row. */
  readonly moe?: {
    readonly plugin: RouterPlugin;
    readonly options: unknown;
    readonly match: Match;
  };
}

/** The experiment's language model with the given router in its MoE layers, or dense. */
export function buildModel({ model, vocabSize, seed, moe }: BuildInput): LanguageModel {
  const config = { ...model, vocabSize, seed };
  return moe ? createLanguageModel(config, moeFactory(model, moe)) : createLanguageModel(config);
}

function moeFactory(
  { activation }: Experiment['model'],
  { plugin, options, match }: NonNullable<BuildInput['moe']>,
): MoEFactory {
  return ({ modelWidth, seed }) =>
    new MoELayer({
      router: createRouter(plugin, { modelWidth, numExperts: match.numExperts, seed }, options),
      experts: new FeedForwardExperts({
        modelWidth,
        expertWidth: match.expertWidth,
        numExperts: match.numExperts,
        seed,
        activation,
      }),
    });
}
