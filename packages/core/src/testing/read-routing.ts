import type { Tensor } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';

import { assertRouting } from '../layer/assert-routing.js';
import type { Router } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import type { PassStatistics } from '../stats/statistics.js';
import { encodeStatistics } from '../stats/statistics.js';
import type { Batch, Mode } from './batch.js';
import { tensorsOf } from './batch.js';

/** A routing as plain numbers, rows of E values per token. */
export interface ReadRouting {
  readonly tokens: number;
  readonly experts: number;
  readonly combineWeights: Float32Array;
  readonly dispatchMask: Float32Array;
  /** The dispatch mask where the router has no selection mask. */
  readonly selectionMask: Float32Array;
  /** Infinity where the router gives no bound. */
  readonly maxPairs: number;
  /** NaN where the router gives none. */
  readonly capacity: number;
  readonly logits: Float32Array;
  readonly probs: Float32Array;
  readonly losses: readonly ReadLoss[];
  readonly statistics: PassStatistics;
  /** [T] each; zeros for a router without zero-compute slots. */
  readonly zeroMass: Float32Array;
  readonly zeroSlots: Float32Array;
  readonly copyWeight: Float32Array;
  /** [T * D] what learned constants add, empty for a router without them. */
  readonly constant: Float32Array;
}

export interface ReadLoss {
  readonly name: string;
  readonly value: number;
  readonly coefficient: number;
  readonly atBalance: number | null;
}

/** Members that hold one number for each token and expert. */
export const pairMembers = ['dispatchMask', 'selectionMask', 'combineWeights', 'probs'] as const;
/** Members that hold one number for each token. */
export const tokenMembers = ['zeroMass', 'zeroSlots', 'copyWeight'] as const;

/** Runs `make` in a tidy and hands out its plain result. */
export function scoped<Result>(make: () => Result): Result {
  const box: { result?: Result } = {};
  tidy(() => {
    box.result = make();
  });
  return box.result as Result;
}

/** Routes a batch and reads the decision back; leaves no tensor behind. */
export function routeBatch(router: Router, batch: Batch, mode: Mode = {}): ReadRouting {
  return scoped(() => {
    const { x, context } = tensorsOf(batch, mode);
    const routing = router.route(x, context);
    assertRouting(routing, router, batch.tokens, batch.width);
    return readRouting(routing);
  });
}

export function readRouting(routing: Routing): ReadRouting {
  const [tokens, experts] = routing.dispatchMask.shape;
  const zero = routing.zeroCompute;
  const perToken = (x: Tensor | undefined) => (x ? values(x) : new Float32Array(tokens));
  return {
    tokens,
    experts,
    combineWeights: values(routing.combineWeights),
    dispatchMask: values(routing.dispatchMask),
    selectionMask: values(routing.selectionMask ?? routing.dispatchMask),
    maxPairs: routing.maxPairs ?? Infinity,
    capacity: routing.capacity ?? NaN,
    logits: values(routing.logits),
    probs: values(routing.probs),
    losses: routing.losses.map(({ value, ...rest }) => ({ ...rest, value: values(value)[0]! })),
    statistics: readStatistics(routing),
    zeroMass: perToken(zero?.mass),
    zeroSlots: perToken(zero?.slots),
    copyWeight: perToken(zero?.copyWeight),
    constant: zero?.constant ? values(zero.constant) : new Float32Array(0),
  };
}

function values(x: Tensor): Float32Array {
  return x.dataSync<'float32'>().slice();
}

function readStatistics(routing: Routing): PassStatistics {
  const { values: made, decode } = encodeStatistics(routing);
  return decode(made ? values(made) : []);
}
