import { registerKernels } from '@moekit/kernels';
import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import { div, matMul, maximum, sqrt, square, sum, tidy } from '@tensorflow/tfjs-core';

import { assertMembers, assertNumber, assertTensor } from '../arguments/assert-arguments.js';
import { assertSizes } from '../arguments/assert-sizes.js';
import { parameter } from '../contract/parameter.js';
import { createRng, normalArray } from '../contract/rng.js';
import type { RouterSpec } from '../contract/router.js';
import type { Gate } from '../routing/gate.js';

export interface CosineGateOptions {
  /** tau, in (0, 1]: logits lie within 1 / tau. Default 1. */
  readonly temperature?: number;
}

/**
 * A gate that looks at directions alone, so that no expert wins by the length of its vector.
 * Formula:  z_te = cos(x_t, w_e) / tau   (X-MoE, 2204.09179 eq. 5; DynMoE, 2405.14297 eq. 3)
 * A token of zeros (padding) has logits of 0.      Gradient: through x and w.
 */
export function createCosineGate(spec: RouterSpec, options: CosineGateOptions = {}): Gate {
  assertSizes('a cosine gate', spec, ['modelWidth', 'numExperts']);
  assertMembers('createCosineGate', options, ['temperature']);
  const { modelWidth, numExperts, seed } = spec;
  const { temperature = 1 } = options;
  assertNumber('temperature of a cosine gate', temperature, { min: 0, above: true });
  const initial = normalArray(createRng(seed).fork('gate'), modelWidth * numExperts);
  const weights = parameter<Rank.R2>(initial, [modelWidth, numExperts]);
  return {
    logits: (x) => {
      assertTensor('x of a router', x, ['T', modelWidth]);
      return tidy(() => {
        registerKernels();
        const product: Tensor2D = matMul(unit(x, 1), unit(weights, 0)); // [T,E]
        return temperature === 1 ? product : div<Tensor2D>(product, temperature);
      });
    },
    flopsPerToken: () => 2 * modelWidth * numExperts + 3 * modelWidth,
    variables: () => [weights],
    dispose: () => weights.dispose(),
  };
}

/** Rows or columns of length 1; those of zeros stay. */
function unit(x: Tensor2D, axis: 0 | 1): Tensor2D {
  const lengths = sqrt(maximum(sum(square(x), axis, true), 1e-24));
  return div(x, lengths);
}
