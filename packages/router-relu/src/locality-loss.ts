import type { Sequences } from '@moekit/core';
import type { GradSaveFunc, Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  abs,
  add,
  customGrad,
  div,
  expandDims,
  log,
  maximum,
  mul,
  pad,
  relu,
  sigmoid,
  slice,
  sub,
  sum,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';

/**
 * Neighbours should open the same gates.
 * Formula:  L = mean over pairs (t, t+1) of a sequence and over e of BCE(sigmoid(s z_te), sigmoid(s z_t+1,e))
 *           BCE(p, q) = -q log p - (1 - q) log(1 - p)   (BlockFFN, 2507.08771, activation locality loss)
 * @param logits float32 [T,E], before the ReLU      @param steepness s, 100 in the released code
 * @returns float32 scalar, 0 where no two tokens are neighbours      Gradient: through both of a pair, as there.
 */
export function localityLoss(
  logits: Tensor2D,
  sequences: Sequences,
  steepness: number,
  tokenMask?: Tensor1D,
): Scalar {
  if (sequences.length === 1) return sum<Scalar>(mul(logits, 0)); // tfjs's sums of nothing differ by backend
  return tidy(() => {
    const pairs = expandDims(neighbours(sequences, tokenMask), 1); // [T-1,1]
    const count = maximum(mul(sum(pairs), logits.shape[1]), 1);
    return surpriseOf(mul<Tensor2D>(logits, steepness), div(pairs, count) as Tensor2D);
  });
}

/**
 * sum over rows t and columns of weight_t BCE(sigmoid a_t, sigmoid a_t+1), with a gradient of its own: on the tape its slices
 * and its logarithm cost as much as the rest of a router.
 * @param a float32 [T,E]      @param weights float32 [T-1,1], constant
 */
function surpriseOf(a: Tensor2D, weights: Tensor2D): Scalar {
  const [rows, experts] = [a.shape[0] - 1, a.shape[1]];
  const from = (x: Tensor2D, row: number): Tensor2D => slice(x, [row, 0], [rows, experts]);
  const surprise = (x: Tensor2D, save: GradSaveFunc) => {
    const open = sigmoid(x);
    const [left, now, next] = [from(x, 0), from(open, 0), from(open, 1)];
    const surer = add(abs(sub(now, 0.5)), 0.5); // max(p, 1 - p), which is slow on wasm
    const softplus = sub(relu(left), log(surer));
    const value = sum<Scalar>(mul(sub(softplus, mul(left, next)), weights));
    save([left, now, next, weights]);
    const gradFunc = (dy: Scalar, [l, p, q, w]: Tensor[]) => {
      const scale = mul(w!, dy); // [T-1,1]
      const first = mul<Tensor2D>(sub(p!, q!), scale);
      const second = mul<Tensor2D>(mul(mul(l!, q!), sub(q!, 1)), scale);
      return add(pad(first, [[0, 1], [0, 0]]), pad(second, [[1, 0], [0, 0]])); // prettier-ignore
    };
    return { value, gradFunc };
  };
  return customGrad(surprise as never)(a) as Scalar;
}

/** 1 where a row and the next are tokens of one sequence. [T-1] */
function neighbours({ batch, length }: Sequences, tokenMask?: Tensor1D): Tensor1D {
  const rows = batch * length - 1;
  const together = tensor1d(Array.from({ length: rows }, (_, t) => +((t + 1) % length > 0)));
  if (!tokenMask) return together;
  const both = mul(slice(tokenMask, [0], [rows]), slice(tokenMask, [1], [rows]));
  return mul(together, both);
}
