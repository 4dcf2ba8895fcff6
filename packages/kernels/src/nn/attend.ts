import type { GradSaveFunc, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { customGrad, reshape, tidy, transpose } from '@tensorflow/tfjs-core';

import { assertKinds } from '../errors/assert-kinds.js';
import { assertShape } from '../errors/assert-shape.js';
import { fusedKernel } from '../kernel/fused-kernel.js';
import { runAll } from '../kernel/run.js';
import type { Heads } from './heads.js';
import { maskedSoftmax } from './masked-softmax.js';
import { product } from './product.js';

/**
 * Scaled dot-product attention by head (Vaswani 2017, eq. 1); the queries come scaled.
 * @param heads query float32 [B,H,Lq,Dh], key and value float32 [B,H,Lk,Dh]
 * @param mask float32, a constant that broadcasts to [B,H,Lq,Lk]: 0, or a large negative number for keys to leave out
 * @returns float32 [B*Lq,H*Dh], owned by the caller      Gradient: through the heads.
 */
export function attend(heads: Heads, mask: Tensor): Tensor2D {
  assertHeads(heads, mask);
  const forward = fusedKernel('MoeAttend');
  if (!forward) return composedAttend(heads, mask);
  return customGrad<Tensor2D>((...inputs) => {
    const [q, k, v, save] = inputs as [Tensor, Tensor, Tensor, GradSaveFunc];
    const [out, probs] = forward({ q, k, v, mask }, {});
    save([q, k, v, probs]);
    return { value: out, gradFunc: (dout, saved) => attendGradient(dout, saved) };
  })(...heads);
}

function assertHeads(heads: Heads, mask: Tensor): void {
  assertKinds('attend', { heads, mask }, { heads: 'list', mask: 'tensor' });
  const [query, key, value] = heads;
  assertShape('attend', 'query', query, [null, null, null, null]);
  const [batchSize, numHeads, , headWidth] = query.shape;
  assertShape('attend', 'key', key, [batchSize, numHeads, null, headWidth]);
  assertShape('attend', 'value', value, key.shape);
}

/** Gradients by query, key and value. */
function attendGradient(dout: Tensor, saved: Tensor[]): Tensor[] {
  const [q, k, v, probs] = saved as [Tensor, Tensor, Tensor, Tensor];
  return runAll('MoeAttendGradient', { dout, q, k, v, probs }, {});
}

/** The same from tfjs operations. */
export function composedAttend([query, key, value]: Heads, mask: Tensor): Tensor2D {
  const [batchSize, numHeads, length, headWidth] = query.shape;
  return tidy(() => {
    const scores = product<Tensor4D>(query, key, { transposeB: true }); // [B,H,Lq,Lk]
    const attended = product<Tensor4D>(maskedSoftmax(scores, mask), value); // [B,H,Lq,Dh]
    const joined = transpose(attended, [0, 2, 1, 3]); // [B,Lq,H,Dh]
    return reshape(joined, [batchSize * length, numHeads * headWidth]);
  });
}
