import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';

import { fusedKernel } from '../../kernel/fused-kernel.js';
import type { Inputs } from '../../kernel/kernel-map.js';
import { lossWithSlope } from '../../kernel/loss-with-slope.js';
import type { RoutingOperations } from '../../kernel/routing-operations.js';
import { stopGradient } from '../../kernel/stop-gradient.js';

/** In one operation each once `registerTrainingKernels` has found moekit's native ones. */
export const fusedRouting: RoutingOperations = {
  balanceLoss: (probs, fractions, { scale, tokenMask }) => {
    const fused = fusedKernel('MoeBalanceLoss');
    return (
      fused &&
      lossWithSlope(probs, (p) => fused({ probs: p, fractions, ...present(tokenMask) }, { scale }))
    );
  },
  zLoss: (logits, tokenMask) => {
    const fused = fusedKernel('MoeZLoss');
    return fused && lossWithSlope(logits, (z) => fused({ logits: z, ...present(tokenMask) }, {}));
  },
  stats: (tensors, capacity) => {
    const fused = fusedKernel('MoeRoutingStats');
    if (!fused) return undefined;
    return tidy(() => {
      const given = Object.entries(tensors).flatMap(([name, x]) =>
        x ? [[name, stopGradient<Tensor>(x)]] : [],
      );
      const inputs = Object.fromEntries(given) as Inputs<'MoeRoutingStats', Tensor>;
      return fused(inputs, capacity === undefined ? {} : { capacity })[0];
    });
  },
};

function present(tokenMask: Tensor1D | undefined): { readonly present?: Tensor1D } {
  return tokenMask ? { present: tokenMask } : {};
}
