import type { Rank, Tensor1D } from '@tensorflow/tfjs-core';
import { add, mean, mul, sign, sub, tensor1d, tidy } from '@tensorflow/tfjs-core';

import { stopGradient } from '@moekit/kernels';

import { assertNumber } from '../arguments/assert-arguments.js';
import { parameter } from '../contract/parameter.js';
import type { RouterState } from '../contract/router-state.js';

/** A part of a router that adds to the scores before the choice, and never to the weights. */
export interface SelectionBias extends RouterState {
  /** float32 [E], a constant owned by the caller. */
  offsets(): Tensor1D;
}

/**
 * A selection bias that goes one step towards balance after each optimiser step.
 * Formula:  b_e += u sign(mean(load) - load_e), load_e the rows of expert e in the step   (2408.15664 algorithm 1)
 * @param rate u; 0.001 in the paper and in DeepSeek-V3      Gradient: none.
 */
export function createSignBias(numExperts: number, rate: number): SelectionBias {
  assertNumber('numExperts of a sign bias', numExperts, { min: 1, whole: true });
  assertNumber('rate of a sign bias', rate, { min: 0 });
  const bias = parameter<Rank.R1>(new Float32Array(numExperts), [numExperts], false);
  return {
    offsets: () => stopGradient<Tensor1D>(bias),
    afterStep: ({ tokensPerExpert }) =>
      tidy(() => {
        const load = tensor1d([...tokensPerExpert]);
        bias.assign(add<Tensor1D>(bias, mul(sign(sub(mean(load), load)), rate)));
      }),
    variables: () => [bias],
    dispose: () => bias.dispose(),
  };
}
