import type { Sequences } from '@moekit/core';
import type { Scalar, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import {
  add,
  div,
  exp,
  log,
  max,
  maximum,
  mul,
  ones,
  pad,
  reshape,
  sigmoid,
  slice,
  softplus,
  sub,
  sum,
  tidy,
} from '@tensorflow/tfjs-core';

/** Keeps the logarithm finite where one expert has the whole share; of the released code. */
const EPSILON = 1e-5;

/**
 * Neighbours should open the same gates.
 * Formula:  L = mean over pairs (t, t+1) of a sequence and over e of BCE(sigmoid(s z_te), sigmoid(s z_t+1,e))
 *           BCE(p, q) = -q log p - (1 - q) log(1 - p)   (BlockFFN, 2507.08771, activation locality loss)
 * @param logits float32 [T,E], before the ReLU      @param steepness s, 100 in the released code
 * @returns float32 scalar, 0 where no two tokens are neighbours      Gradient: through both of a pair, as there.
 */
export function localityLoss(
  logits: Tensor2D,
  { batch, length }: Sequences,
  steepness: number,
  tokenMask?: Tensor1D,
): Scalar {
  return tidy(() => {
    const experts = logits.shape[1];
    const pairs = length - 1;
    if (pairs === 0) return sum<Scalar>(mul(logits, 0)); // tfjs's sums of nothing differ by backend
    const scaled: Tensor3D = mul(reshape(logits, [batch, length, experts]), steepness);
    const left = slice(scaled, [0, 0, 0], [batch, pairs, experts]);
    const right = slice(scaled, [0, 1, 0], [batch, pairs, experts]);
    const surprise = sub(softplus(left), mul(left, sigmoid(right))); // [B,L-1,E]
    if (!tokenMask) return div(sum(surprise), batch * pairs * experts) as Scalar;
    const present = reshape(tokenMask, [batch, length]);
    const both = mul(
      slice(present, [0, 0], [batch, pairs]),
      slice(present, [0, 1], [batch, pairs]),
    );
    const total = sum(mul(sum(surprise, 2), both));
    return div(total, maximum(mul(sum(both), experts), 1)) as Scalar;
  });
}

/**
 * The experts that a run of L tokens needs between them should be few: their weights are read once for all.
 * Formula:  L = 1 - mean over chunks and e of prod_{t in chunk} (1 - p_te + 1e-5)
 *           (BlockFFN, 2507.08771, chunk sparsification loss). Chunks do not overlap; the last of a sequence may be short.
 * @param shares float32 [T,E], p; 0 for closed gates and for padding
 * @returns float32 scalar      Gradient: through shares.
 */
export function chunkLoss(
  shares: Tensor2D,
  { batch, length }: Sequences,
  chunkLength: number,
  tokenMask?: Tensor1D,
): Scalar {
  return tidy(() => {
    const experts = shares.shape[1];
    const chunks = Math.ceil(length / chunkLength);
    const inChunks = (x: Tensor3D): Tensor3D => {
      const rows = pad(x, [[0, 0], [0, chunks * chunkLength - length], [0, 0]]); // prettier-ignore
      return reshape(rows, [batch * chunks, chunkLength, x.shape[2]]);
    };
    const left = log(add(sub(1, shares), EPSILON)); // [T,E], log of the chance that e is not needed
    const present = tokenMask ?? ones([batch * length]);
    const real = inChunks(reshape(present, [batch, length, 1])); // [C,L,1]
    const unneeded = exp(sum(mul(inChunks(reshape(left, [batch, length, experts])), real), 1)); // [C,E]
    const inUse = max(real, 1); // [C,1], 0 for a chunk of padding
    const whole = maximum(mul(sum(inUse), experts), 1);
    return div(sum(mul(sub(1, unneeded), inUse)), whole) as Scalar;
  });
}
