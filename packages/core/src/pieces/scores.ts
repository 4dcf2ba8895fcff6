import type { GradSaveFunc, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import {
  clipByValue,
  customGrad,
  div,
  mul,
  pad,
  relu,
  sigmoid,
  slice,
  softmax,
  softplus,
  sqrt,
} from '@tensorflow/tfjs-core';

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
  return name === 'relu' ? relu(logits) : inWholeVectors(functions[name], logits);
}

const functions = { softmax, sigmoid, 'sqrt-softplus': sqrtSoftplus } as const;

/** Numbers that a vector unit takes at once, at most. */
const VECTOR = 16;

/**
 * A function of a matrix, whose last numbers are computed as all others are. Eigen takes what a vector leaves over one by one,
 * by another approximation. Equal logits would then have unequal scores, of which the higher is chosen.
 */
function inWholeVectors(f: (x: Tensor2D) => Tensor2D, x: Tensor2D): Tensor2D {
  const [tokens, experts] = x.shape;
  if (x.size % VECTOR === 0) return f(x);
  const more = VECTOR - (tokens % VECTOR);
  const whole = pad(x, [
    [0, more],
    [0, 0],
  ]);
  return slice(f(whole), [0, 0], [tokens, experts]);
}

/** Below it the square root is the least that float32 tells from 0, and its slope would grow past every bound. */
const LEAST = -64;
const MOST = 3e38;

/**
 * sqrt(softplus z) with a slope that stays finite where softplus underflows, and a gradient of its own: that of a bound costs more
 * on wasm than the rest.
 * Formula:  s = sqrt(softplus(max(z, LEAST)));  ds/dz = sigmoid(z) / (2 s)
 */
function sqrtSoftplus(logits: Tensor2D): Tensor2D {
  return customGrad<Tensor2D>((...inputs) => {
    const [z, save] = inputs as unknown as [Tensor2D, GradSaveFunc];
    const value: Tensor2D = sqrt(softplus(clipByValue(z, LEAST, MOST)));
    save([z, value]);
    const gradFunc = (dy: Tensor, [of, score]: Tensor[]) =>
      div(mul(mul(dy, 0.5), sigmoid(of!)), score!);
    return { value, gradFunc };
  })(logits);
}
