import type { Metric } from '@moekit/models';

import type { Outcome } from '../statistics/outcome.js';
import { outcomeOf } from '../statistics/outcome.js';
import type { PairedDifference } from '../statistics/paired-difference.js';
import { pairedDifference } from '../statistics/paired-difference.js';
import { meanOf } from '../statistics/summary.js';
import { isControl } from './control.js';
import { rankRows } from './rank-rows.js';
import type { MetricFigures, Results, Row } from './results-schema.js';
import { bySeed } from './summarise-row.js';

/** Why a row has no place in a ranking. */
export type Unranked = 'control' | 'learned nothing' | 'not finished' | 'not measured';

/** A row at its place, with its difference to the baseline of its group. */
export interface ComparedRow {
  readonly row: Row;
  /** From 1, as `rankRows` has it; null with a reason. */
  readonly rank: number | null;
  readonly reason: Unranked | null;
  /** Null where no seed finished, or none has the metric. */
  readonly value: MetricFigures['value'] | null;
  /** Row less baseline, paired by seed; null in the baseline's own row, and where no seed finished in both. */
  readonly difference: PairedDifference | null;
  /** The difference as a share of the baseline's mean, from the seeds that both have; null where that is not above 0. */
  readonly relative: number | null;
  readonly outcome: Outcome;
}

/** The rows of a group in the order of `rankRows`: best first, those without a place last. */
export interface Ranking {
  readonly group: string | null;
  readonly metric: Metric;
  readonly baseline: Row | undefined;
  readonly rows: readonly ComparedRow[];
}

/** A ranking of each group of rows, by the first metric unless another is given. */
export function rankingsOf(
  results: Pick<Results, 'rows' | 'manifest'>,
  metric: Metric = results.manifest.metrics[0]!,
): readonly Ranking[] {
  const { metrics } = results.manifest;
  const others = metrics.filter((each) => each !== metric);
  const ranked = rankRows({
    ...results,
    manifest: { ...results.manifest, metrics: [metric, ...others] },
  });
  const groups = [...new Set(ranked.map(({ row }) => row.group))];
  return groups.map((group) => {
    const rows = ranked.filter(({ row }) => row.group === group);
    const baseline = rows.find(({ row }) => row.baseline)?.row;
    const compared = rows.map(({ row, place }) => compare(row, place, { metric, baseline }));
    return { group, metric, baseline, rows: compared };
  });
}

interface Against {
  readonly metric: Metric;
  readonly baseline: Row | undefined;
}

function compare(row: Row, rank: number | null, { metric, baseline }: Against): ComparedRow {
  const figures = row.figures?.metrics[metric.name];
  const difference = figures?.difference ?? null;
  return {
    row,
    rank,
    reason: rank === null ? reasonOf(row, metric) : null,
    value: figures?.value ?? null,
    difference,
    relative: difference && relativeTo(baseline, difference, row, metric.name),
    outcome: outcomeOf(difference, metric.better),
  };
}

function reasonOf(row: Row, { name }: Metric): Unranked {
  if (!row.figures) return 'not finished';
  if (isControl(row)) return 'control';
  return row.figures.metrics[name] ? 'learned nothing' : 'not measured';
}

function relativeTo(
  baseline: Row | undefined,
  { mean }: PairedDifference,
  row: Row,
  name: string,
): number | null {
  if (!baseline) return null;
  const mine = bySeed(row.trials, name);
  const shared = [...bySeed(baseline.trials, name)].filter(([seed]) => mine.has(seed));
  const level = meanOf(shared.map(([, value]) => value));
  const share = mean / level;
  return level > 0 && Number.isFinite(share) ? share : null;
}

/** Whether two rows of a ranking differ, paired by seed; null without a seed in both. */
export function differenceBetween(a: Row, b: Row, { name }: Metric): PairedDifference | null {
  return pairedDifference(bySeed(a.trials, name), bySeed(b.trials, name));
}
