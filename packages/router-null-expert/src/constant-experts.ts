import type { Gate, RouterSpec, RouterState } from '@moekit/core';
import { createGate, createRng, normalArray, parameter } from '@moekit/core';
import type { Rank, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { matMul, mul, sigmoid, slice, sub, sum, tidy } from '@tensorflow/tfjs-core';

export interface ConstantOutput {
  /** float32 [T]: the weight of the token's own input. */
  readonly copyWeight: Tensor1D;
  /** float32 [T,D]: the learned vectors, weighted. */
  readonly constant: Tensor2D;
}

export interface ConstantExperts {
  /** W_c, among the gates of the router. */
  readonly gate: Gate;
  /** v, trained like weights. */
  readonly vectors: RouterState;
  /** @param weights float32 [T,C] of the slots      Gradient: through x, weights, W_c and v. */
  apply(x: Tensor2D, weights: Tensor2D): ConstantOutput;
}

/**
 * Experts that mix the token with a vector of their own.
 * Formula:  E(x) = a_1 x + a_2 v,  [a_1, a_2] = softmax(W_c x), W_c in R^{2 x D}, no bias; v starts from N(0, 1)
 *           (MoE++, 2410.07348 eq. 5, and its released code). With two entries a_1 is the sigmoid of their difference.
 * @param count C
 */
export function createConstantExperts(spec: RouterSpec, count: number): ConstantExperts {
  const { modelWidth, seed } = spec;
  const gate = createGate(spec, { outputs: 2 * count, label: 'constant experts' });
  const drawn = normalArray(createRng(seed).fork('constants'), count * modelWidth);
  const vectors = parameter<Rank.R2>(drawn, [count, modelWidth]);
  const shareOfInput = (x: Tensor2D): Tensor2D => {
    const z = gate.logits(x); // [T,2C]: first entries, then second ones
    const half = (from: number): Tensor2D => slice(z, [0, from], [x.shape[0], count]);
    return sigmoid(sub(half(0), half(count)));
  };
  return {
    gate,
    vectors: { variables: () => [vectors], dispose: () => vectors.dispose() },
    apply: (x, weights) =>
      tidy(() => {
        const copied = mul<Tensor2D>(weights, shareOfInput(x)); // w a_1, [T,C]
        const constant: Tensor2D = matMul(sub(weights, copied), vectors); // [T,D]
        return { copyWeight: sum<Tensor1D>(copied, 1), constant } as never;
      }) as ConstantOutput,
  };
}
