import type { StepStatistics } from '@moekit/core';
import { joinStatistics, sumRoutingStats } from '@moekit/core';

import type { PassReport } from './pass-report.js';

/** A pass's numbers with its router loss, and its part of the step. */
export interface MicroBatchReport extends PassReport {
  readonly routerLoss: number;
  /** See MicroBatch. */
  readonly share: number;
}

/** The numbers of a step. */
export interface StepReport extends Omit<PassReport, 'statistics' | 'labels'> {
  readonly routerLoss: number;
  /** One entry per layer: see Routing. */
  readonly statistics: readonly StepStatistics[];
}

/** The numbers of a step from those of its micro-batches: losses are averaged by targets, sums and counts are added. */
export function joinReports(reports: readonly MicroBatchReport[]): StepReport {
  const mean = (of: 'loss' | 'routerLoss') =>
    reports.reduce((sum, report) => sum + report.share * report[of], 0);
  const [first] = reports as readonly [MicroBatchReport];
  const alone = reports.length === 1;
  return {
    loss: alone ? first.loss : mean('loss'),
    routerLoss: alone ? first.routerLoss : mean('routerLoss'),
    figures: first.figures.map((_, i) => reports.reduce((sum, r) => sum + r.figures[i]!, 0)),
    layers: first.layers.map((layer, i) =>
      alone ? layer : sumRoutingStats(reports.map(({ layers }) => layers[i]!)),
    ),
    statistics: first.layers.map((_, i) => statisticsOf(reports, i)),
  };
}

/** Statistics of one layer's router over some passes, as it gets them back. */
export function statisticsOf(reports: readonly PassReport[], layer: number): StepStatistics {
  return joinStatistics(
    reports.map(({ layers, statistics }) => ({
      tokens: layers[layer]!.tokens,
      statistics: statistics[layer]!,
    })),
  );
}
