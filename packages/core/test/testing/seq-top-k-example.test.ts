import '@tensorflow/tfjs';

import { createRng, createRouter, createTokenMask } from '@moekit/core';
import { testRouter } from '@moekit/core/testing';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { eye, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import seqTopK from '../../../../examples/router/seq-top-k.js';

testRouter(seqTopK);
testRouter(seqTopK, { k: 1 }, { name: 'one expert a token on average', numExperts: 6 });
testRouter(seqTopK, { online: true }, { name: 'online', permutationEquivariant: false });

/** A router whose logits are its input; the mask as rows. */
function routed(logits: number[][], options: object, length = logits.length, real?: number[]) {
  const experts = logits[0]!.length;
  const spec = { modelWidth: experts, numExperts: experts, seed: 1 };
  const router = createRouter(seqTopK, spec, options as never);
  tidy(() => router.variables()[0]!.assign(eye(experts)));
  return tidy(() => {
    const x: Tensor2D = tensor2d(logits);
    const sequences = { batch: logits.length / length, length };
    const tokenMask = real && createTokenMask(Float32Array.from(real));
    const given = { sequences, ...(tokenMask && { tokenMask }) };
    const { dispatchMask } = router.route(x, { training: true, rng: createRng(1), ...given });
    router.dispose();
    return dispatchMask.arraySync();
  });
}

const counts = (mask: number[][]) => mask.map((row) => row.reduce((sum, m) => sum + m, 0));

// probabilities: a token that is sure of expert 0, one torn between 0, 1 and 2, one between 2 and 3
const SURE = [9, 0, 0, 0];
const TORN = [3, 3, 3, 0];
const HALF = [0, 0, 4, 4];

describe('SeqTopK', () => {
  it('gives the experts that one token hardly needs to another', () => {
    const mask = routed([SURE, TORN, HALF], { k: 2 });
    expect(mask).toEqual([[1, 0, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1]]); // prettier-ignore
  });

  it('has L k pairs in every sequence, between 1 and k + 2 of a token', () => {
    const rng = createRng(4);
    const logits = Array.from({ length: 24 }, (_, t) =>
      Array.from({ length: 8 }, () => (t % 3 === 0 ? 0 : 6) * rng.normal()),
    );
    const mask = routed(logits, { k: 2 }, 6);
    const each = counts(mask);
    for (let b = 0; b < 4; b++)
      expect(each.slice(6 * b, 6 * b + 6).reduce((sum, n) => sum + n, 0)).toBe(12);
    expect(Math.min(...each)).toBe(1);
    expect(Math.max(...each)).toBe(4);
    const alone = routed(logits.slice(6, 12), { k: 2 });
    expect(mask.slice(6, 12)).toEqual(alone); // no other sequence has a part in it
  });

  it('is top-k where all tokens have the same probabilities', () => {
    expect(counts(routed([TORN, TORN, TORN], { k: 2 }))).toEqual([2, 2, 2]);
  });

  it('counts the tokens of a sequence without padding', () => {
    const mask = routed([SURE, TORN, TORN, HALF], { k: 2 }, 4, [1, 1, 0, 0]);
    expect(counts(mask)).toEqual([1, 3, 0, 0]);
  });

  it('online: a token has what is among the m k best so far, and keeps it', () => {
    const mask = routed([SURE, TORN, HALF], { k: 2, online: true });
    // first: its best two. second: of 4 pairs so far, SURE's best and its own three. third: its two are above TORN's
    expect(mask).toEqual([[1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1]]); // prettier-ignore
    expect(routed([SURE, TORN], { k: 2, online: true })).toEqual(mask.slice(0, 2));
  });

  it('says whether it is causal', () => {
    const spec = { modelWidth: 4, numExperts: 4, seed: 1 };
    expect(createRouter(seqTopK, spec).causal).toBe(false);
    expect(createRouter(seqTopK, spec, { online: true }).causal).toBe(true);
  });
});
