import type { Tensor2D } from '@tensorflow/tfjs-core';
import { maximum, relu, sigmoid, softmax, softplus, sqrt } from '@tensorflow/tfjs-core';

import { assertTensor, assertWord } from '../arguments/assert-arguments.js';

/** How logits become scores. */
export const SCORES = ['softmax', 'sigmoid', 'sqrt-softplus', 'relu'] as const;
export type ScoreName = (typeof SCORES)[number];

/**
 * Scores of the experts, from logits.
 * Formula:  softmax        s_te = exp z_te / sum_j exp z_tj: experts compete   (Switch, Mixtral, Qwen3)
 *           sigmoid        s_te = 1 / (1 + exp -z_te)   (DeepSeek-V3, 2412.19437 eq. 15)
 *           sqrt-softplus  s_te = sqrt(log(1 + exp z_te))   (DeepSeek-V4)
 *           relu           s_te = max(z_te, 0): 0 closes the expert   (ReMoE, 2412.14711 eq. 4)
 * @param logits float32 [T,E]      @returns float32 [T,E], at least 0      Gradient: through logits.
 * @throws MOE_SHAPE, MOE_OPTIONS on another name
 */
export function scoresOf(logits: Tensor2D, name: ScoreName): Tensor2D {
  assertTensor('logits of scoresOf', logits, ['T', 'E']);
  assertWord('The name of scoresOf', name, SCORES);
  if (name === 'softmax') return softmax(logits);
  if (name === 'sigmoid') return sigmoid(logits);
  return name === 'relu' ? relu(logits) : sqrtSoftplus(logits);
}

/** Below it the square root is the least that float32 tells from 0, and its slope would grow past every bound. */
const LEAST = -64;

/** sqrt(softplus z) with a slope that stays finite where softplus underflows. */
function sqrtSoftplus(logits: Tensor2D): Tensor2D {
  return sqrt(softplus(maximum(logits, LEAST)));
}
