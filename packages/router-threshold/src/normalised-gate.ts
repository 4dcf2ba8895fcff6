import type { Gate, RouterSpec } from '@moekit/core';
import { createGate, parameter } from '@moekit/core';
import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import { add, mean, mul, rsqrt, square, sub, tidy } from '@tensorflow/tfjs-core';

const EPSILON = 1e-5;

/**
 * A linear gate whose logits have one spread whatever the token and the layer, up to a factor that the layer learns.
 * Formula:  z = x W;  z'_te = s (z_te - mean_e z_t) / sqrt(var_e z_t + 1e-5), s = 1 at the start
 * A share of probability then means a similar number of experts in every layer.      Gradient: through x, W and s.
 */
export function createNormalisedGate(spec: RouterSpec): Gate {
  const gate = createGate(spec);
  const scale = parameter<Rank.R1>(Float32Array.of(1), [1]);
  return {
    logits: (x) =>
      tidy(() => {
        const z = gate.logits(x); // [T,E]
        const centred: Tensor2D = sub(z, mean(z, 1, true));
        const spread = add(mean(square(centred), 1, true), EPSILON); // [T,1]
        return mul(centred, mul(rsqrt(spread), scale));
      }),
    flopsPerToken: () => gate.flopsPerToken() + 5 * spec.numExperts,
    variables: () => [...gate.variables(), scale],
    dispose: () => [gate, scale].forEach((part) => part.dispose()),
  };
}
