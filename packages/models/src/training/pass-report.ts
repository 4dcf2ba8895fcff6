import type { EncodedStatistics, PassStatistics, RoutingStats } from '@moekit/core';
import { decodeRoutingStats, encodeRoutingStats, encodeStatistics } from '@moekit/core';
import { stopGradient } from '@moekit/kernels';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { concat, reshape } from '@tensorflow/tfjs-core';

import type { TaskPass } from '../task.js';

/** The numbers of one pass. */
export interface PassReport {
  /** Nats per target. */
  readonly loss: number;
  /** See TaskPass. */
  readonly figures: readonly number[];
  readonly layers: readonly RoutingStats[];
  /** One entry per layer: see Routing. */
  readonly statistics: readonly PassStatistics[];
}

/** A pass as one small tensor outside the tape, so that it is read back once. */
export function encodePass({ loss, figures, routings, tokenMasks }: TaskPass): {
  readonly values: Tensor1D;
  readonly decode: (values: Float32Array) => PassReport;
} {
  const stats = routings.map((routing, i) => encodeRoutingStats(routing, tokenMasks?.[i]));
  const extra = routings.map(encodeStatistics);
  const handedOut = extra.flatMap(({ values }) => values ?? []);
  const sums = figures ? [stopGradient(figures)] : [];
  const values = concat([
    reshape(stopGradient(loss), [1]) as Tensor1D,
    ...sums,
    ...stats,
    ...handedOut,
  ]);
  const counts = { figures: figures?.size ?? 0, stats: stats.map(({ size }) => size) };
  return { values, decode: (read) => decodePass(read, counts, extra) };
}

function decodePass(
  values: Float32Array,
  counts: { readonly figures: number; readonly stats: readonly number[] },
  extra: readonly EncodedStatistics[],
): PassReport {
  let end = 1 + counts.figures;
  const figures = Array.from(values.subarray(1, end));
  const layers = counts.stats.map((n) => decodeRoutingStats(values.subarray(end, (end += n))));
  const statistics = extra.map(({ size, decode }) => decode(values.subarray(end, (end += size))));
  return { loss: values[0]!, figures, layers, statistics };
}
