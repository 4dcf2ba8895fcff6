import { stopGradient } from '@moekit/core';
import type { RouteContext, Router } from '@moekit/core';
import type { Rank, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import {
  add,
  cast,
  cumsum,
  div,
  expandDims,
  mean,
  mul,
  ones,
  range,
  reshape,
  reverse,
  sub,
  zeros,
} from '@tensorflow/tfjs-core';

import type { Subject } from '../../src/testing/subject.js';
import type { BrokenCase } from './break.js';
import { member, routing } from './break.js';

/** [T,E] as [B,L,E], changed, and back. */
function acrossSequences(
  x: Tensor2D,
  { sequences = { batch: 1, length: x.shape[0] } }: RouteContext,
  change: (x: Tensor3D) => Tensor,
): Tensor2D {
  const { batch, length } = sequences;
  return reshape(change(reshape(x, [batch, length, -1])), x.shape);
}

/** The router under test on tokens that were changed. */
const seeing = (change: (x: Tensor2D, context: RouteContext) => Tensor2D): Subject =>
  member((router) => ({ route: (x, c) => router.route(change(x, c), c) }));

export const readsLabels = (members: Partial<Router> = {}): Subject =>
  member((router) => ({
    ...members,
    route(x, c) {
      const routed = router.route(x, c);
      if (!c.labels) return routed;
      const weight = expandDims(add(cast(c.labels, 'float32'), 1), 1); // [T,1]
      return { ...routed, combineWeights: mul(routed.combineWeights, weight) };
    },
  }));

const noSlots = (tokens: number) => ({
  mass: zeros<Rank.R1>([tokens]),
  slots: zeros<Rank.R1>([tokens]),
});

/** Routers that mistake the structure of a batch, read its labels, or add constants where none belong. */
export const surroundings: readonly BrokenCase[] = [
  [
    'sequences',
    'weights a sequence by its place in the batch',
    routing((x, { sequences }, r) => {
      if (!sequences) return {};
      const place = range(0, x.shape[0]).div(sequences.length).floor().add(1);
      return { combineWeights: mul(r.combineWeights, expandDims(place, 1)) };
    }),
    /Permuting the sequences.*batch-major/s,
  ],
  [
    'sequences',
    'centres tokens over the sequences of the batch',
    seeing((x, c) => acrossSequences(x, c, (s) => sub(s, mul(mean(s, 0, true), 0.5)))),
    /without the others of the batch.*left out/s,
  ],
  [
    'sequences',
    'lets a sequence add to those after it',
    seeing((x, c) => acrossSequences(x, c, (s) => cumsum(s, 0))),
    /Permuting the sequences/,
  ],
  [
    'sequences',
    'looks ahead within a sequence',
    seeing((x, c) => acrossSequences(x, c, (s) => reverse(cumsum(reverse(s, 1), 1), 1))),
    /first 1 tokens of a sequence without its later ones.*cumsum/s,
  ],
  [
    'labels',
    'weights tokens by their labels',
    readsLabels(),
    /labels of its tokens.*reference: true/s,
  ],
  [
    'shapes',
    'has constants of another width',
    routing((x, _c, r) => ({
      zeroCompute: { ...noSlots(x.shape[0]), constant: zeros([x.shape[0], r.probs.shape[1]]) },
    })),
    /zeroCompute.constant: float32 \[7, 4\] instead of float32 \[7, 16\]/,
  ],
  [
    'weights',
    'adds constants to tokens that took none',
    routing((x) => ({ zeroCompute: { ...noSlots(x.shape[0]), constant: ones(x.shape) } })),
    /0 for a token that took no zero-compute slot.*got 1 for token 0/s,
  ],
  [
    'tokenMask',
    'adds constants to padding',
    routing((x, { tokenMask }) => ({
      zeroCompute: {
        mass: zeros([x.shape[0]]),
        slots: tokenMask ?? ones([x.shape[0]]),
        constant: ones(x.shape),
      },
    })),
    /zeroCompute \(constant\) must be 0/,
  ],
  [
    'gateGradient',
    'keeps the weight of a constant off the tape',
    routing((x, _c, r) => ({
      zeroCompute: {
        mass: zeros([x.shape[0]]),
        slots: ones([x.shape[0]]),
        constant: mul(stopGradient(div(r.probs.slice([0, 0], [-1, 1]), 1)), ones(x.shape)),
      },
    })),
    /gradient of combineWeights.*must match finite differences/s,
  ],
];
