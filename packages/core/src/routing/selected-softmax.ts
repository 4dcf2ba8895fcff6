import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, mul, softmax, sub } from '@tensorflow/tfjs-core';

import { assertTensor } from '../arguments/assert-arguments.js';

/** Near the end of float32: whatever an expert's logit is, it weighs nothing once this has replaced it. */
const LOWEST = 3e38;

/**
 * Softmax over the selected experts alone, which is the full softmax renormalised over them.
 * Formula:  w_te = mask_te exp z_te / sum_j mask_tj exp z_tj
 * @param logits float32 [T,E]      @param mask float32 [T,E] of 0/1, a constant
 * @returns float32 [T,E], rows sum to 1, exactly 0 where not selected; a row of the mask without a 1 (padding) gives
 *   1/E everywhere, so multiply by the mask where there are such      Gradient: through the selected logits.
 */
export function selectedSoftmax(logits: Tensor2D, mask: Tensor2D): Tensor2D {
  assertTensor('logits of selectedSoftmax', logits, ['T', 'E']);
  assertTensor('mask of selectedSoftmax', mask, logits.shape);
  return softmax(add(mul(logits, mask), mul(sub(mask, 1), LOWEST)));
}
