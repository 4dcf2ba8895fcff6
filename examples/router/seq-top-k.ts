import * as core from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul, softmax } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** SeqTopK (arXiv 2511.06494): a sequence of L tokens has the L k experts that score highest, wherever they are wanted. */
export default core.defineRouter({
  name: 'seq-top-k',
  apiVersion: 1,
  about: {
    summary: 'The L k likeliest pairs of token and expert in a sequence of L tokens',
    reference: 'SeqTopK, arXiv 2511.06494',
  },
  options: z.strictObject({
    k: z.int().min(1).default(2), // experts per token, on average
    online: z.boolean().default(false), // each token among the tokens up to it: causal
    balanceCoefficient: z.number().min(0).default(0.01),
  }),
  create(spec, { k: wanted, online, balanceCoefficient: coefficient }) {
    const experts = spec.numExperts;
    const k = Math.min(wanted, experts);
    const most = Math.min(k + 2, experts); // of one token, as in the paper; the least is 1
    const gate = core.createGate(spec);
    return {
      name: 'seq-top-k',
      numExperts: experts,
      causal: online, // else a later token takes an expert away
      expertsPerToken: k,
      route(x, { sequences = { batch: 1, length: x.shape[0] }, tokenMask }) {
        const logits = gate.logits(x); // [T,E]
        core.assertFinite(logits);
        const real = tokenMask?.dataSync<'float32'>();
        const decide = (scores: Float32Array) => {
          const mask = new Float32Array(scores.length);
          for (let b = 0; b < sequences.batch; b++) {
            const tokens = Array.from(
              { length: sequences.length },
              (_, t) => b * sequences.length + t,
            );
            const pairs = tokens
              .filter((t) => real?.[t] !== 0)
              .map((t) => pairsOf(scores, t, experts));
            (online ? chooseOnline : choose)(pairs, k, most).forEach((i) => (mask[i] = 1));
          }
          return mask;
        };
        const selected: Tensor2D = core.select(logits, (s) => core.selectOnHost(s, decide));
        const mask = core.maskTokens(selected, tokenMask);
        const probs: Tensor2D = softmax(logits);
        return {
          combineWeights: mul(probs, mask),
          dispatchMask: mask,
          maxPairs: x.shape[0] * (online ? most : k),
          logits,
          probs,
          losses: core.balanceLosses(probs, mask, { coefficient, tokenMask }),
        };
      },
      flopsPerToken: gate.flopsPerToken,
      variables: gate.variables,
      dispose: gate.dispose,
    };
  },
});

/** A token and an expert: its place in the mask, the log of its probability. */
interface Pair {
  readonly at: number;
  readonly expert: number;
  readonly score: number;
}

/** Best first; among equal scores the lower expert, then the earlier token. */
const order = (a: Pair, b: Pair) => b.score - a.score || a.expert - b.expert || a.at - b.at;

/** The pairs of a token, best first. In float64: float32 softmax of equal logits may differ between backends. */
function pairsOf(logits: Float32Array, token: number, experts: number): Pair[] {
  const row = logits.subarray(token * experts, (token + 1) * experts);
  const top = Math.max(...row);
  const sum = top + Math.log(row.reduce((total, z) => total + Math.exp(z - top), 0));
  const pairs = [...row].map((z, expert) => ({
    at: token * experts + expert,
    expert,
    score: z - sum,
  }));
  return pairs.sort(order);
}

/** The L k best pairs of a sequence, each token's best among them and no more than `most` of one. @returns places */
function choose(tokens: readonly Pair[][], k: number, most: number): number[] {
  const first = tokens.map((pairs) => pairs[0]!);
  const others = tokens.flatMap((pairs) => pairs.slice(1, most)).sort(order);
  return [...first, ...others.slice(0, tokens.length * (k - 1))].map(({ at }) => at);
}

/** Of each token m the pairs that are among the m k best so far, its best among them. An earlier choice stays. */
function chooseOnline(tokens: readonly Pair[][], k: number, most: number): number[] {
  const seen: Pair[] = [];
  return tokens.flatMap((pairs, m) => {
    seen.push(...pairs.slice(0, most));
    seen.sort(order);
    const best = new Set(seen.slice(0, (m + 1) * k));
    return pairs.slice(0, most).flatMap((pair, i) => (i === 0 || best.has(pair) ? [pair.at] : []));
  });
}
