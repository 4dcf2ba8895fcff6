import type { BalanceScope, RouterAbout } from '@moekit/core';
import { createGate, defineRouter, gatedRouter } from '@moekit/core';
import { amount, balanceOptions, coefficient, flag, optionsOf, whole } from '@moekit/core/options';
import type { GroupRule, ScoreName } from '@moekit/core/pieces';
import { assertGroups, balanceOf, createSignBias } from '@moekit/core/pieces';
import type * as z from 'zod/mini';

import { assertTopK } from './assert-experts.js';
import { routeBiased } from './biased-top-k.js';
import { scale } from './scale.js';

/** The differences between the generations of the family. */
interface Generation {
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

function generation(name: string, about: RouterAbout, made: Generation) {
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

/** DeepSeek-V2 (2405.04434): softmax, groups by their best expert, raw weights times 16. */
export const deepseekV2Router = /* @__PURE__ */ generation(
  'deepseek-v2',
  {
    summary: 'Top-6 within the 3 groups whose best experts are likeliest, raw weights times 16',
    reference: 'DeepSeek-V2, arXiv 2405.04434',
  },
  {
    score: 'softmax',
    groupScore: 'best',
    k: 6,
    groups: 8,
    keptGroups: 3,
    normalise: false,
    scale: 16,
    biasRate: 0,
    balance: [0.003, 'sequence'],
  },
);

/** DeepSeek-V3 (2412.19437): sigmoid, groups by their two best experts, a selection bias, a loss of each sequence. */
export const deepseekV3Router = /* @__PURE__ */ generation(
  'deepseek-v3',
  {
    summary: 'Top-8 of sigmoid scores plus a balancing bias, within the 4 best of 8 groups',
    reference: 'DeepSeek-V3, arXiv 2412.19437',
  },
  {
    score: 'sigmoid',
    groupScore: 'two-best',
    k: 8,
    groups: 8,
    keptGroups: 4,
    normalise: true,
    scale: 2.5,
    biasRate: 0.001,
    balance: [0.0001, 'sequence'],
  },
);

/** DeepSeek-V4: as V3 with sqrt(softplus) scores and without groups. */
export const deepseekV4Router = /* @__PURE__ */ generation(
  'deepseek-v4',
  {
    summary: 'Top-6 of sqrt-softplus scores plus a balancing bias, without groups',
    reference: 'DeepSeek-V4: https://huggingface.co/docs/transformers/model_doc/deepseek_v4',
  },
  {
    score: 'sqrt-softplus',
    groupScore: 'two-best',
    k: 6,
    groups: 1,
    keptGroups: 1,
    normalise: true,
    scale: 1.5,
    biasRate: 0.001,
    balance: [0.0001, 'sequence'],
  },
);
