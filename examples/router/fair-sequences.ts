import * as core from '@moekit/core';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Experts rest after use in a sequence, and share the batch by quantiles (kexue.fm 11619), without a balancing loss. */
export default core.defineRouter({
  name: 'fair-sequences',
  apiVersion: 1,
  options: z.strictObject({
    k: z.int().min(1).default(2),
    rest: z.number().min(0).default(1), // logits that an expert loses which took all tokens before
    zLossCoefficient: z.number().min(0).default(1e-3),
  }),
  create(spec, { k: wanted, rest, zLossCoefficient }) {
    const [experts, k] = [spec.numExperts, Math.min(wanted, spec.numExperts)];
    const gate = core.createGate(spec);
    const bias = core.parameter<tf.Rank.R2>(new Float32Array(experts), [1, experts], false); // b
    const router: core.Router = {
      ...{ name: 'fair-sequences', numExperts: experts, causal: true, expertsPerToken: k },
      route(x, context) {
        const own = gate.logits(x); // [T,E]
        core.assertFinite(own);
        const logits = tf.sub<tf.Tensor2D>(own, tf.mul(earlier(tf.softmax(own), context), rest));
        const scores = tf.add<tf.Tensor2D>(logits, bias);
        const chosen = core.select(scores, (s) => core.selectTopK(s, k)); // [T,E] of 0/1
        const dispatchMask = core.maskTokens(chosen, context.tokenMask);
        const probs = tf.softmax(logits); // without b, which only selects
        const combineWeights = tf.mul<tf.Tensor2D>(probs, dispatchMask);
        const decision = { combineWeights, dispatchMask, logits, probs, losses: [] };
        if (!context.training || k === experts) return decision;
        const values = cuts(core.stopGradient(logits), core.stopGradient(scores), k, context);
        return { ...decision, statistics: { cut: { values, over: 'mean' } } };
      },
      afterStep({ tokens }, { cut = [] }) {
        if (tokens === 0 || cut.length === 0) return;
        const mean = cut.reduce((sum, c) => sum + c, 0) / experts;
        const next = cut.map((c) => mean - c); // who would take too many has a high cut
        tf.tidy(() => void bias.assign(tf.tensor2d(next, [1, experts])));
      },
      flopsPerToken: gate.flopsPerToken,
      variables: () => [...gate.variables(), bias],
      dispose: () => [...gate.variables(), bias].forEach((v) => v.dispose()),
    };
    return core.withZLoss(router, zLossCoefficient);
  },
});

/** Mean of p_se over the tokens s before t in its sequence, padding apart; 0 for the first: [T,E] -> [T,E]. */
function earlier(probs: tf.Tensor2D, { sequences, tokenMask }: core.RouteContext): tf.Tensor2D {
  const { batch, length } = sequences ?? { batch: 1, length: probs.shape[0] };
  const counted = tf.concat([probs, tf.ones([probs.shape[0], 1])], 1) as tf.Tensor2D; // [T,E+1]
  const rows = tf.reshape(core.maskTokens(counted, tokenMask), [batch, length, -1]); // [B,L,E+1]
  const before = tf.transpose(tf.cumsum(tf.transpose(rows, [0, 2, 1]), 2, true), [0, 2, 1]);
  const sums = tf.reshape(before, counted.shape);
  const [given, tokens] = tf.split(sums, [probs.shape[1], 1], 1) as [tf.Tensor2D, tf.Tensor2D];
  return tf.div(given, tf.maximum(tokens, 1));
}

/** The cut of each expert: midway between the margins s_te - alpha_t of its last token and of its first too many. [E] */
function cuts(s: tf.Tensor2D, biased: tf.Tensor2D, k: number, { tokenMask }: core.RouteContext) {
  const [tokens, experts] = s.shape;
  const alpha = tf.slice(tf.topk(biased, k + 1).values, [0, k], [-1, 1]); // first not chosen
  const margins = core.maskTokens(tf.add(tf.sub(s, alpha), 1e3), tokenMask); // padding last
  const share = Math.round((k * core.countTokens(tokens, tokenMask)) / experts); // k T / E
  const best = tf.topk(tf.transpose(margins), Math.min(share + 1, tokens)).values as tf.Tensor2D;
  const edge = tf.slice(best, [0, Math.max(0, Math.min(share, tokens - 1) - 1)], [-1, -1]);
  return tf.sub<tf.Tensor1D>(tf.mean(edge, 1), 1e3);
}
