import { createGate, defineRouter, gatedRouter, maskTokens } from '@moekit/core';
import { choice, numberIn, option, optionsOf, whole } from '@moekit/core/options';
import { createExpertCuts, distributionOf, scoresOf } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { div, maximum, mul, sum } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertAtMostExperts } from './assert-experts.js';
import { chooseAboveCuts } from './choose-above-cuts.js';

const options = optionsOf({
  expertsPerToken: option(
    numberIn({ min: 0, above: true }),
    2,
    'k: each expert takes the share k / E of the tokens, k of them per token on average',
  ),
  decay: option(
    numberIn({ min: 0, max: 0.9999 }),
    0.9,
    'Weight of the past in the cuts; 0: those of the last step alone (dynamic activation)',
  ),
  warmUpSteps: whole(1, 50, 'Steps decided by the rule of warmUp, while cuts are taken'),
  warmUp: choice(
    ['token-choice', 'expert-choice'],
    'token-choice',
    'Before there are cuts: each token its k best experts, or each expert its best tokens of the batch, which is not causal',
  ),
  weights: choice(
    ['fanout', 'raw'],
    'fanout',
    'sigmoid scores divided by the number of experts that the token reached, or as they are',
  ),
});

export interface ExpertThresholdOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface ExpertThresholdInput extends z.input<typeof options> {}

/**
 * Expert threshold (2603.11535): an expert takes a token whose score is above the cut that would have given the expert
 * its share of the tokens so far. No token depends on another, and no loss is needed for balance.
 * Formula:  m_te = 1 where z_te > c_e;  w_te = sigmoid(z_te) m_te / sum_j m_tj   (`fanout`)
 */
export const expertThresholdRouter = defineRouter<ExpertThresholdOptions, ExpertThresholdInput>({
  name: 'expert-threshold',
  apiVersion: 1,
  about: {
    summary: 'Each expert takes the tokens that score above its own cut, a running quantile',
    reference: 'Expert threshold, arXiv 2603.11535; dynamic activation, kexue.fm/archives/11626',
  },
  options,
  create: (spec, settings) => {
    assertAtMostExperts('expert-threshold', 'expertsPerToken', settings.expertsPerToken, spec);
    const gate = createGate(spec);
    const cuts = createExpertCuts(spec.numExperts, settings);
    return gatedRouter(spec, {
      name: 'expert-threshold',
      expertsPerToken: settings.expertsPerToken,
      causal: settings.warmUp === 'token-choice',
      gates: [gate],
      state: [cuts],
      route: (x, context) => {
        const logits = gate.logits(x); // [T,E]
        const scores = scoresOf(logits, 'sigmoid');
        const selected = maskTokens(
          chooseAboveCuts(logits, cuts, settings, context),
          context.tokenMask,
        );
        const kept: Tensor2D = mul(scores, selected);
        const raw = settings.weights === 'raw';
        return {
          combineWeights: raw ? kept : div(kept, maximum(sum(selected, 1, true), 1)),
          dispatchMask: selected,
          logits,
          probs: distributionOf(scores),
          losses: [],
          ...cuts.statistics(logits, context),
        };
      },
    });
  },
});
