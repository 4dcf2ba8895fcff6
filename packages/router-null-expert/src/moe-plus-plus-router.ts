import type { Gate, RouterSpec } from '@moekit/core';
import { createBalance, createGate, defineRouter, gatedRouter } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add } from '@tensorflow/tfjs-core';

import { assertSlots } from './assert-slots.js';
import { createConstantExperts } from './constant-experts.js';
import type { MoEPlusPlusInput, MoEPlusPlusOptions } from './moe-plus-plus-options.js';
import { moePlusPlusOptions } from './moe-plus-plus-options.js';
import { routeMoEPlusPlus } from './route-moe-plus-plus.js';

/** MoE++ (2410.07348): zero, copy and constant experts next to real ones, and logits that remember the layer before. */
export const moePlusPlusRouter = defineRouter<MoEPlusPlusOptions, MoEPlusPlusInput>({
  name: 'moe-plus-plus',
  apiVersion: 1,
  about: {
    summary: 'Top-k of real, zero, copy and constant experts, with the logits of the layer before',
    reference: 'MoE++, arXiv 2410.07348, and its released code',
  },
  options: moePlusPlusOptions,
  create: (spec, settings) => {
    const { numExperts: experts } = spec;
    const { k, tau, zeroExperts, copyExperts, constantExperts } = settings;
    const slots = experts + zeroExperts + copyExperts + constantExperts;
    assertSlots('moe-plus-plus', { k, experts, slots });
    const gate = createGate(spec, { outputs: slots });
    const residual = settings.gatingResidual ? residualOf(spec, slots) : undefined;
    const constants =
      constantExperts > 0 ? createConstantExperts(spec, constantExperts) : undefined;
    const {
      balanceCoefficient: coefficient,
      balanceScope: scope,
      balanceWindow: window,
    } = settings;
    const balance = createBalance(slots, { coefficient, scope, window, scale: k });
    return gatedRouter(spec, {
      name: 'moe-plus-plus',
      expertsPerToken: (k * tau * experts) / (tau * experts + slots - experts),
      gates: [gate, ...(residual ? [residual] : []), ...(constants ? [constants.gate] : [])],
      state: [...(constants ? [constants.vectors] : []), balance],
      route: (x, context) => {
        const { previousLogits } = context;
        const own = gate.logits(x); // [T,S]
        const logits =
          residual && previousLogits ? add<Tensor2D>(own, residual.logits(previousLogits)) : own;
        return routeMoEPlusPlus(x, logits, experts, settings, { balance, constants }, context);
      },
    });
  },
});

/** W_g: from the real logits of the layer before, which is what a layer hands on, to this layer's slots. */
function residualOf(spec: RouterSpec, slots: number): Gate {
  return createGate(
    { ...spec, modelWidth: spec.numExperts },
    { outputs: slots, label: 'residual' },
  );
}
