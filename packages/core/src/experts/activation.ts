import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, mul, relu, sigmoid, tanh, tidy } from '@tensorflow/tfjs-core';

/** `relu`, `gelu` (tanh form), or `swiglu`, which has a gate matrix of its own. */
export type Activation = 'relu' | 'gelu' | 'swiglu';

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

/** The activation between an expert's two products; `gate` is x W_gate for SwiGLU. [S,F] -> [S,F] */
export function activate(activation: Activation, hidden: Tensor2D, gate?: Tensor2D): Tensor2D {
  if (activation === 'relu') return relu(hidden);
  return gate ? tidy(() => mul(silu(gate), hidden)) : gelu(hidden);
}
