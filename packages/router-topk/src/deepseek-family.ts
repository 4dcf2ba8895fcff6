import type { BalanceScope, RouterAbout } from '@moekit/core';
import { createGate, defineRouter, gatedRouter } from '@moekit/core';
import { amount, balanceOptions, coefficient, flag, optionsOf, whole } from '@moekit/core/options';
import type { GroupRule, ScoreName } from '@moekit/core/pieces';
import { assertGroups, balanceOf, createSignBias } from '@moekit/core/pieces';
import type * as z from 'zod/mini';

import { assertTopK } from './assert-experts.js';
import { routeBiased } from './biased-top-k.js';
import { scale } from './scale.js';

/** The differences between the generations of DeepSeek's routers. */
export interface Generation {
  readonly score: ScoreName;
  readonly groupScore: GroupRule['groupScore'];
  readonly k: number;
  readonly groups: number;
  readonly keptGroups: number;
  readonly normalise: boolean;
  readonly scale: number;
  readonly biasRate: number;
  readonly balance: readonly [coefficient: number, scope: BalanceScope];
}

const optionsFor = (made: Generation) =>
  optionsOf({
    k: whole(1, made.k, 'Experts per token, at most the number of experts in the open groups'),
    groups: whole(1, made.groups, 'Groups of neighbouring experts, a divisor of their number'),
    keptGroups: whole(1, made.keptGroups, 'Groups that stay open to a token'),
    normalise: flag(made.normalise, 'Weights sum to `scale` over the k experts'),
    scale: scale(made.scale),
    biasRate: amount(
      made.biasRate,
      'Step of the selection bias towards balance, after each optimiser step; 0: no bias',
    ),
    ...balanceOptions(made.balance[0], 'Weight of the load-balancing loss', made.balance[1]),
    zLossCoefficient: coefficient(0, 'Weight of the router z-loss'),
  });

type Options = ReturnType<typeof optionsFor>;
export interface DeepSeekOptions extends z.output<Options> {}
/** The options as a program passes them: each has a default. */
export interface DeepSeekInput extends z.input<Options> {}

/**
 * A router of the family: top-k within the groups that stay open, of scores plus a bias that a step moves one way or the other.
 * The equation is that of `routeBiased`.      @throws MOE_OPTIONS where groups or k do not fit the experts
 */
export function deepseekRouter(name: string, about: RouterAbout, made: Generation) {
  return defineRouter<DeepSeekOptions, DeepSeekInput>({
    name,
    apiVersion: 1,
    about,
    options: optionsFor(made),
    create: (spec, settings) => {
      const { numExperts } = spec;
      const { k, groups: number, keptGroups, biasRate } = settings;
      const groups = { groups: number, keptGroups, groupScore: made.groupScore };
      assertGroups(groups, numExperts);
      assertTopK(name, k, { ...spec, numExperts: (numExperts / number) * keptGroups });
      const gate = createGate(spec);
      const balance = balanceOf(numExperts, settings);
      const bias = biasRate > 0 ? createSignBias(numExperts, biasRate) : undefined;
      const rule = { ...settings, score: made.score, groups };
      const parts = { balance, ...(bias && { bias }) };
      return gatedRouter(spec, {
        name,
        expertsPerToken: k,
        gates: [gate],
        state: [...(bias ? [bias] : []), balance],
        route: (x, context) => routeBiased(gate.logits(x), rule, parts, context),
      });
    },
  });
}
