import type { RouteContext, Router } from '@moekit/core';
import {
  createTokenMask,
  decodeRoutingStats,
  encodeRoutingStats,
  encodeStatistics,
  joinStatistics,
} from '@moekit/core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';

import { context } from './layer.js';
import type { Matrix } from './reference.js';

export interface Decided {
  readonly weights: number[][];
  readonly mask: number[][];
  readonly probs: number[][];
  readonly logits: number[][];
  readonly losses: Readonly<Record<string, number>>;
}

const maskOf = (real: readonly number[] | undefined): Partial<RouteContext> =>
  real ? { tokenMask: createTokenMask(Float32Array.from(real)) } : {};

/** A routing as plain numbers. @param real 0/1 of each token */
export function decide(
  router: Router,
  x: Matrix,
  over: Partial<RouteContext> = {},
  real?: readonly number[],
): Decided {
  return tidy((): never => {
    const tokens = tensor2d(x.flat(), [x.length, router.variables()[0]!.shape[0]!]);
    const routing = router.route(tokens, context({ ...over, ...maskOf(real) }));
    const losses = routing.losses.map(({ name, value }) => [name, value.arraySync()] as const);
    return {
      weights: routing.combineWeights.arraySync(),
      mask: routing.dispatchMask.arraySync(),
      probs: routing.probs.arraySync(),
      logits: routing.logits.arraySync(),
      losses: Object.fromEntries(losses),
    } as never;
  });
}

/** One training step on a batch, as a trainer takes it, without an optimiser. */
export function step(router: Router, x: Matrix, real?: readonly number[]): void {
  tidy(() => {
    const tokens = tensor2d(x.flat(), [x.length, router.variables()[0]!.shape[0]!]);
    const over = context({ training: true, ...maskOf(real) });
    const routing = router.route(tokens, over);
    const stats = decodeRoutingStats(encodeRoutingStats(routing, over.tokenMask).dataSync());
    const { values, decode } = encodeStatistics(routing);
    const statistics = decode(values?.dataSync() ?? []);
    router.afterStep?.(stats, joinStatistics([{ tokens: stats.tokens, statistics }]));
  });
}

/** As a checkpoint does. */
export function restore(to: Router, from: Router): void {
  to.variables().forEach((v, i) => v.assign(from.variables()[i] as Variable as Tensor));
}

/** Logits by a gate that hands its input on: D = E, the identity as its weights. */
export function passThrough(router: Router): void {
  const [gate] = router.variables();
  const width = gate!.shape[0]!;
  tidy(() => {
    const rows = Array.from({ length: width }, (_, r) => Array.from({ length: width }, (__, c) => +(r === c))); // prettier-ignore
    gate!.assign(tensor2d(rows));
  });
}
