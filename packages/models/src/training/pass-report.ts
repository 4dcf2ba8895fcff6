import type { EncodedStatistics, PassStatistics, RoutingStats } from '@moekit/core';
import {
  decodeRoutingStats,
  encodeLabels,
  encodeRoutingStats,
  encodeStatistics,
} from '@moekit/core';
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
  /** [layer][expert][label] dispatched pairs; empty where tokens have no labels, and in training. */
  readonly labels: readonly (readonly (readonly number[])[])[];
}

/**
 * A pass as one small tensor outside the tape, so that it is read back once.
 * @param numLabels of the task, to count pairs by label  
 */
export function encodePass(
  { loss, figures, routings, tokenMasks, labels }: TaskPass,
  numLabels = 0,
): {
  readonly values: Tensor1D;
  readonly decode: (values: Float32Array) => PassReport;
} {
  const stats = routings.map((routing, i) => encodeRoutingStats(routing, tokenMasks?.[i]));
  const extra = routings.map(encodeStatistics);
  const handedOut = extra.flatMap(({ values }) => values ?? []);
  const labelled = labels && numLabels > 0 ? routings : [];
  const byLabel = labelled.map((routing) => encodeLabels(routing, labels!, numLabels)); // [E,L] each
  const sums = figures ? [stopGradient(figures)] : [];
  const values = concat([
    reshape(stopGradient(loss), [1]) as Tensor1D,
    ...sums,
    ...stats,
    ...handedOut,
    ...byLabel.map((of) => reshape(of, [-1]) as Tensor1D),
  ]);
  const counts = {
    figures: figures?.size ?? 0,
    stats: stats.map(({ size }) => size),
    byLabel: byLabel.map(({ shape }) => shape),
  };
  return { values, decode: (read) => decodePass(read, counts, extra) };
}

function decodePass(
  values: Float32Array,
  counts: {
    readonly figures: number;
    readonly stats: readonly number[];
    readonly byLabel: readonly (readonly [number, number])[];
  },
  extra: readonly EncodedStatistics[],
): PassReport {
  let end = 1 + counts.figures;
  const figures = Array.from(values.subarray(1, end));
  const layers = counts.stats.map((n) => decodeRoutingStats(values.subarray(end, (end += n))));
  const statistics = extra.map(({ size, decode }) => decode(values.subarray(end, (end += size))));
  const labels = counts.byLabel.map(([experts, of]) =>
    Array.from({ length: experts }, () => Array.from(values.subarray(end, (end += of)))),
  );
  return { loss: values[0]!, figures, layers, statistics, labels };
}
