import type { Sequences } from '@moekit/core';
import type {
  GradSaveFunc,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
} from '@tensorflow/tfjs-core';
import {
  add,
  concat,
  customGrad,
  div,
  exp,
  log,
  max,
  maximum,
  mul,
  ones,
  pad,
  reshape,
  slice,
  sub,
  sum,
  tidy,
} from '@tensorflow/tfjs-core';

/** Keeps the logarithm finite where one expert has the whole share; of the released code. */
const EPSILON = 1e-5;

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
    const each = Math.min(chunkLength, Math.max(length, 1)); // no rows for the rest of a longer chunk
    const chunks = Math.ceil(length / each);
    const inChunks = (x: Tensor2D): Tensor3D => {
      const rows = reshape(x, [batch, length, x.shape[1]]);
      const whole = pad(rows, [[0, 0], [0, chunks * each - length], [0, 0]]); // prettier-ignore
      return reshape(whole, [batch * chunks, each, x.shape[1]]);
    };
    const present: Tensor2D = tokenMask ? reshape(tokenMask, [-1, 1]) : ones([batch * length, 1]);
    const inUse: Tensor2D = max(inChunks(present), 1); // [C,1], 0 for a chunk of padding
    const toTokens = (x: Tensor2D): Tensor2D => {
      const rows = reshape(concat(new Array<Tensor2D>(each).fill(x), 1), [
        batch,
        chunks * each,
        -1,
      ]);
      return reshape(slice(rows, [0, 0, 0], [batch, length, experts]), [-1, experts]);
    };
    const scale: Tensor2D = div(inUse, maximum(mul(sum(inUse), experts), 1)); // of each of a chunk's E terms
    return neededOf(shares, {
      inChunks,
      toTokens,
      scale,
      present: tokenMask ? present : undefined,
    });
  });
}

interface Chunks {
  /** [T,n] -> [C,L,n] */
  readonly inChunks: (x: Tensor2D) => Tensor3D;
  /** A chunk's row for each of its tokens: [C,E] -> [T,E] */
  readonly toTokens: (x: Tensor2D) => Tensor2D;
  /** float32 [C,1] */
  readonly scale: Tensor2D;
  /** float32 [T,1] of 0/1; absent where all are present. */
  readonly present: Tensor2D | undefined;
}

/** sum over chunks and e of scale_c (1 - prod_{t in chunk} (1 - p_te + 1e-5)), with a gradient of its own. */
function neededOf(p: Tensor2D, { inChunks, toTokens, scale, present }: Chunks): Scalar {
  const needed = (shares: Tensor2D, save: GradSaveFunc) => {
    const spared = add<Tensor2D>(sub(1, shares), EPSILON); // [T,E], the chance that e is not needed
    const left = log(spared);
    const unneeded = exp<Tensor2D>(sum(inChunks(present ? mul<Tensor2D>(left, present) : left), 1)); // [C,E]
    save([spared, unneeded, scale, ...(present ? [present] : [])]);
    const gradFunc = (dy: Scalar, [free, rest, factor, there]: Tensor[]) => {
      const ofChunk = mul<Tensor2D>(mul(rest!, factor!), dy); // [C,E]
      const ofToken = div<Tensor2D>(toTokens(ofChunk), free!);
      return there ? mul<Tensor2D>(ofToken, there) : ofToken;
    };
    return { value: sum<Scalar>(mul(sub(1, unneeded), scale)), gradFunc };
  };
  return customGrad(needed as never)(p) as Scalar;
}
