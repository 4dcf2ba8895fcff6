import { stopGradient } from '@moekit/core';
import {
  add,
  div,
  maximum,
  mul,
  ones,
  onesLike,
  relu,
  sigmoid,
  step,
  sub,
  sum,
} from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { BrokenCase } from './break.js';
import { member, routing, subjectOf } from './break.js';
import { topTwo } from '../routers/top-two.js';

/** Routers whose members have the wrong shape, type or meaning. */
export const structure: readonly BrokenCase[] = [
  [
    'options',
    'lets unknown options pass',
    subjectOf({ ...topTwo, options: z.object({ capacityFactor: z.number().default(1) }) }),
    /noSuchOption.*MOE_OPTIONS.*strict/s,
  ],
  [
    'options',
    'has an option without a default',
    subjectOf({ ...topTwo, options: z.strictObject({ capacityFactor: z.number() }) }),
    /capacityFactor/,
  ],
  [
    'shapes',
    'returns a transposed mask',
    routing((_x, _c, r) => ({ dispatchMask: ones([r.probs.shape[1], r.probs.shape[0]]) })),
    /dispatchMask: float32 \[4, 7\] instead of float32 \[7, 4\]/,
  ],
  [
    'shapes',
    'returns an int32 mask',
    routing((_x, _c, r) => ({ dispatchMask: r.dispatchMask.toInt() })),
    /dispatchMask: int32/,
  ],
  [
    'probs',
    'returns raw scores as probs',
    routing((_x, _c, r) => ({ probs: sigmoid(r.logits) })),
    /distribution.*Normalise the scores/s,
  ],
  [
    'shapes',
    'gives two losses one name',
    routing((_x, _c, r) => ({ losses: [r.losses[0]!, r.losses[0]!] })),
    /different names/,
  ],
  [
    'shapes',
    'leaves atBalance out',
    routing((_x, _c, r) => ({ losses: [{ ...r.losses[0]!, atBalance: undefined as never }] })),
    /atBalance/,
  ],
  [
    'shapes',
    'says it uses more experts than there are',
    member(() => ({ expertsPerToken: 9 })),
    /expertsPerToken.*got 9/,
  ],
  [
    'masks',
    'puts weights into the mask',
    routing((_x, _c, r) => ({ dispatchMask: mul(r.dispatchMask, 0.5) })),
    /only 0 and 1, got 0.5/,
  ],
  [
    'masks',
    'leaves the mask on the tape (straight-through)',
    routing((_x, _c, r) => ({
      dispatchMask: add(r.dispatchMask, sub(r.probs, stopGradient(r.probs))),
    })),
    /constant.*select\(/s,
  ],
  [
    'weights',
    'weights experts that are not dispatched',
    routing((_x, _c, r) => ({ combineWeights: r.probs })),
    /0 where dispatchMask is 0/,
  ],
  [
    'capacity',
    'dispatches what was not selected',
    routing((_x, _c, r) => ({ dispatchMask: onesLike(r.dispatchMask) })),
    /subset of selectionMask/,
  ],
  [
    'probs',
    'has rows of probs that sum to 0 where its ReLU gate is closed',
    routing((_x, _c, r) => {
      const open = relu(r.logits);
      return { probs: div(open, maximum(sum(open, 1, true), 1e-9)) };
    }),
    /a row \[0, 0, 0, 0\]/,
  ],
  [
    'probs',
    'forgets the probs of a token that no gate opens',
    routing((_x, _c, r) => {
      const open = step(r.logits, 0) as typeof r.logits;
      const probs = div(relu(r.logits), maximum(sum(relu(r.logits), 1, true), 1e-9));
      return {
        probs: probs as Tensor2D,
        dispatchMask: open,
        selectionMask: open,
        combineWeights: mul(probs, open),
      };
    }),
    /no gate opens.*uniform/s,
  ],
  [
    'capacity',
    'does not say its capacity',
    routing((_x, _c, { capacity: _, ...r }) => ({ ...r, capacity: undefined as never })),
    /must state its capacity.*got none/s,
  ],
  [
    'capacity',
    'says less room than it takes',
    routing(() => ({ capacity: 1 })),
    /fullest expert, got 1/,
  ],
  [
    'capacity',
    'drops in spite of dropFree',
    member((router) => ({ route: (x, c) => router.route(x, { ...c, dropFree: false }) })),
    /With dropFree/,
  ],
  [
    'capacity',
    'promises fewer pairs than it dispatches',
    routing((x) => ({ maxPairs: x.shape[0] })),
    /at most maxPairs, 48, pairs/,
  ],
];
