import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, mul, relu, sigmoid, tanh, tidy } from '@tensorflow/tfjs-core';

import { assertWord } from '../arguments/assert-arguments.js';
import { fail } from '../errors.js';

/** What `activation` may be. */
export const activations = ['relu', 'gelu', 'swiglu'] as const;

/** `relu`, `gelu` (tanh form), or `swiglu`, which has a gate matrix of its own. */
export type Activation = (typeof activations)[number];

/** gelu(x) = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))   (Hendrycks 2016) */
export function gelu(x: Tensor2D): Tensor2D {
  return tidy(() => {
    const cubic = mul(x, add(mul(mul(x, x), 0.044715), 1));
    return mul(mul(x, 0.5), add(tanh(mul(cubic, Math.sqrt(2 / Math.PI))), 1));
  });
}

/** silu(x) = x sigmoid(x), the gate of SwiGLU   (Shazeer 2020) */
export function silu(x: Tensor2D): Tensor2D {
  return tidy(() => mul(x, sigmoid(x)));
}

/**
 * The activation between an expert's two products. [S,F] -> [S,F]
 * @param gate x W_gate, for swiglu and for no other      @throws MOE_OPTIONS on an activation that does not exist
 */
export function activate(activation: Activation, hidden: Tensor2D, gate?: Tensor2D): Tensor2D {
  assertActivation('activate', activation);
  if ((activation === 'swiglu') !== (gate !== undefined)) {
    throw fail('MOE_OPTIONS', {
      asked: 'swiglu, and only swiglu, needs the product of a gate matrix',
      got: `${activation} ${gate ? 'with' : 'without'} a gate`,
      fix: 'Pass x W_gate as the third argument of activate for swiglu.',
    });
  }
  if (activation === 'relu') return relu(hidden);
  return gate ? tidy(() => mul(silu(gate), hidden)) : gelu(hidden);
}

/** @throws MOE_OPTIONS naming the activations that exist */
export function assertActivation(what: string, activation: unknown): void {
  assertWord(`activation of ${what}`, activation, activations);
}
