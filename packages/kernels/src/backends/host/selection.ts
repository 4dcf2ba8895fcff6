import { fail } from '../../errors/codes.js';
import type { HostKernel } from '../contract/host-kernel.js';

/**
 * Ranks the experts of one row after another: ids by descending logit, equal logits by ascending id.
 * A float32 maps to an integer in the same order, so logit and id fit into one number. The array it returns is overwritten by the next row.
 */
export function createRanking(
  logits: Float32Array,
  numExperts: number,
): (row: number) => Int32Array {
  const bits = new Int32Array(logits.buffer, logits.byteOffset, logits.length);
  const keys = new Float64Array(numExperts);
  const ranked = new Int32Array(numExperts);
  return (row) => {
    for (let e = 0; e < numExperts; e++) {
      const b = bits[row * numExperts + e]!;
      const ordered = b >= 0 ? b : -(b & 0x7fffffff); // -0 and 0 are equal
      keys[e] = -ordered * numExperts + e;
    }
    if (numExperts <= 64) insertionSort(keys);
    else keys.sort();
    for (let r = 0; r < numExperts; r++) {
      const id = keys[r]! % numExperts;
      ranked[r] = id < 0 ? id + numExperts : id;
    }
    return ranked;
  };
}

/** For short rows several times as fast as the native sort. */
function insertionSort(keys: Float64Array): void {
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!;
    let at = i;
    for (; at > 0 && keys[at - 1]! > key; at--) keys[at] = keys[at - 1]!;
    keys[at] = key;
  }
}

/** Softmax of one row in float64. */
export function softmaxRow(
  logits: ArrayLike<number>,
  offset: number,
  length: number,
  probs = new Float64Array(length),
): Float64Array {
  let max = -Infinity;
  for (let i = 0; i < length; i++) max = Math.max(max, logits[offset + i]!);
  let sum = 0;
  for (let i = 0; i < length; i++) sum += probs[i] = Math.exp(logits[offset + i]! - max);
  for (let i = 0; i < length; i++) probs[i]! /= sum;
  return probs;
}

/** As many choices as are found faster by one pass over a row than by ranking it. */
const FEW = 8;

/** The first `k` of `createRanking`'s order without ranking the rest, for a small `k` and finite logits. */
function createLeaders(
  logits: Float32Array,
  numExperts: number,
  k: number,
): (row: number) => Int32Array {
  if (k === 1) return createFirst(logits, numExperts);
  const leading = new Float32Array(k);
  const ids = new Int32Array(k);
  return (row) => {
    for (let at = 0; at < k; at++) leading[at] = -Infinity;
    let last = -Infinity; // the k-th so far
    for (let e = 0, from = row * numExperts; e < numExperts; e++) {
      const z = logits[from + e]!;
      if (!(z > last)) continue;
      let at = k - 1;
      for (; at > 0 && z > leading[at - 1]!; at--) {
        leading[at] = leading[at - 1]!;
        ids[at] = ids[at - 1]!;
      }
      leading[at] = z;
      ids[at] = e;
      last = leading[k - 1]!;
    }
    return ids;
  };
}

/** The highest logit of a row, the first of equals. */
function createFirst(logits: Float32Array, numExperts: number): (row: number) => Int32Array {
  const ids = new Int32Array(1);
  return (row) => {
    const from = row * numExperts;
    let first = from;
    let highest = logits[from]!;
    for (let at = from + 1; at < from + numExperts; at++) {
      if (!(logits[at]! > highest)) continue;
      highest = logits[at]!;
      first = at;
    }
    ids[0] = first - from;
    return ids;
  };
}

/** The first `k` of each row's ranking. */
export const selectTopKKernel: HostKernel<'MoeSelectTopK'> = {
  kernelName: 'MoeSelectTopK',
  outputShapes: ({ logits }) => [logits],
  compute: ([mask], { logits }, { k }, shapes) => {
    const [tokens, experts] = shapes.logits as [number, number];
    assertFinite(logits);
    mask.fill(0);
    const rank = k <= FEW ? createLeaders(logits, experts, k) : createRanking(logits, experts);
    for (let t = 0; t < tokens; t++) {
      const ranked = rank(t);
      for (let r = 0; r < k; r++) mask[t * experts + ranked[r]!] = 1;
    }
  },
};

/** XMoE's rule: in ranking order keep an expert while the probability before it is below t; always the first. */
export const selectThresholdKernel: HostKernel<'MoeSelectThreshold'> = {
  kernelName: 'MoeSelectThreshold',
  outputShapes: ({ logits }) => [logits],
  compute: ([mask], { logits }, { threshold }, shapes) => {
    const [tokens, experts] = shapes.logits as [number, number];
    assertFinite(logits);
    mask.fill(0);
    const few = createLeaders(logits, experts, Math.min(FEW_OF_PREFIX, experts));
    const all = createRanking(logits, experts);
    const probs = new Float64Array(experts);
    for (let t = 0, kept = 0; t < tokens; t++) {
      softmaxRow(logits, t * experts, experts, probs);
      let ranked = (kept < FEW_OF_PREFIX ? few : all)(t); // as many as the row before, most likely
      kept = thresholdPrefix(ranked, probs, threshold);
      if (kept === ranked.length && kept < experts) {
        ranked = all(t);
        kept = thresholdPrefix(ranked, probs, threshold);
      }
      for (let r = 0; r < kept; r++) mask[t * experts + ranked[r]!] = 1;
    }
  },
};

/** A prefix that is shorter than this is found without ranking a row. */
const FEW_OF_PREFIX = 4;

/** How many of a ranking are kept: while `cumulative - own < threshold`, and always the first. */
export function thresholdPrefix(
  ranked: ArrayLike<number>,
  probs: ArrayLike<number>,
  threshold: number,
): number {
  let cumulative = 0;
  for (let r = 0; r < ranked.length; r++) {
    const own = probs[ranked[r]!]!;
    cumulative += own;
    if (r > 0 && !(cumulative - own < threshold)) return r;
  }
  return ranked.length;
}

/** Keeps, for each expert, the first `capacity` of the tokens that selected it, in priority order. */
export const limitCapacityKernel: HostKernel<'MoeLimitCapacity'> = {
  kernelName: 'MoeLimitCapacity',
  outputShapes: ({ mask }) => [mask],
  compute: ([kept], { mask, logits }, { capacity, priority }, shapes) => {
    const experts = shapes.mask[1]!;
    const choices = rankChoices(mask, logits, experts);
    const limits = findLimits(choices, experts, capacity);
    const contested: number[][] = Array.from({ length: experts }, () => []);
    for (let pair = 0; pair < choices.length; pair++) {
      const [choice, limit] = [choices[pair]!, limits[pair % experts]!];
      kept[pair] = choice >= 0 && choice < limit.choice ? 1 : 0;
      if (choice === limit.choice) contested[pair % experts]!.push(pair); // in token order
    }
    const prefers = priority === 'rank-then-probability' && byProbability(logits, experts);
    contested.forEach((pairs, e) => {
      if (prefers) pairs.sort(prefers);
      for (const pair of pairs.slice(0, limits[e]!.room)) kept[pair] = 1;
    });
  },
};

/** [T*E] each selected pair's rank among its token's choices, from 0; -1 where not selected. */
function rankChoices(mask: Float32Array, logits: Float32Array, experts: number): Int32Array {
  const choices = new Int32Array(mask.length).fill(-1);
  const rank = createRanking(logits, experts);
  for (let t = 0, at = 0; at < mask.length; t++, at += experts) {
    const ranked = rank(t);
    for (let r = 0, choice = 0; r < experts; r++) {
      if (mask[at + ranked[r]!] !== 0) choices[at + ranked[r]!] = choice++;
    }
  }
  return choices;
}

/** For each expert the choice that no longer fits whole, and the room left for it; every earlier choice fits. */
function findLimits(choices: Int32Array, experts: number, capacity: number) {
  const counts = new Int32Array(experts * experts); // [expert, choice]
  choices.forEach((choice, pair) => {
    if (choice >= 0) counts[(pair % experts) * experts + choice]!++;
  });
  return Array.from({ length: experts }, (_, e) => {
    let [room, choice] = [capacity, 0];
    while (choice < experts && counts[e * experts + choice]! <= room) {
      room -= counts[e * experts + choice++]!;
    }
    return { choice, room };
  });
}

/** Orders the pairs of one expert by falling probability, then by token. */
function byProbability(logits: Float32Array, experts: number) {
  const probs = new Float64Array(logits.length);
  for (let at = 0; at < logits.length; at += experts) {
    softmaxRow(logits, at, experts, probs.subarray(at, at + experts));
  }
  return (a: number, b: number) => probs[b]! - probs[a]! || a - b;
}

function assertFinite(logits: Float32Array): void {
  let at = 0; // a loop, for a callback on each logit takes longer than the choice
  while (at < logits.length && Number.isFinite(logits[at])) at++;
  if (at === logits.length) return;
  throw fail('KERNELS_NON_FINITE', {
    asked: 'Router logits must be finite',
    got: `${String(logits[at])} at flat index ${at}`,
    fix: 'Look for NaN in the layer input, or for a learning rate that is too high.',
  });
}
