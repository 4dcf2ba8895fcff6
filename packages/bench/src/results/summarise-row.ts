import { mapRoutingFigures } from '@moekit/core';
import type { Metric } from '@moekit/models';

import { pairedDifference } from '../statistics/paired-difference.js';
import { median, summarise } from '../statistics/summary.js';
import type { Figures, MetricFigures, Results } from './results-schema.js';
import type { Trial, TrialFlops, TrialLayer } from './trial-schema.js';

/** The row that a row is compared with. */
export interface RowContext {
  /** Trials of the baseline, `null` for the baseline's own row. */
  readonly baseline: readonly Trial[] | null;
  /** The task's, the first being the one that rows are compared by. */
  readonly metrics: readonly Metric[];
  readonly reference: Results['reference'];
}

/** One row's figures over its finished trials. @returns null without a finished trial */
export function summariseRow(trials: readonly Trial[], context: RowContext): Figures | null {
  const first = trials[0];
  if (first === undefined) return null;
  const over = (figure: (trial: Trial) => number) => summarise(trials.map(figure));
  const layers = (figure: (layer: TrialLayer) => number) =>
    over((trial) => mean(trial.layers.map(figure))).mean;
  const run = (key: 'forward' | 'backward' | 'total') =>
    over((trial) => trial.trainingFlops[key]).mean;
  const metrics = metricFigures(trials, context.baseline);
  return {
    match: first.match,
    parameters: first.parameters,
    metrics,
    flops: {
      expected: meanFlops(trials, 'expected'),
      evaluation: meanFlops(trials, 'evaluation'),
      training: meanFlops(trials, 'training'),
    },
    trainingFlops: { forward: run('forward'), backward: run('backward'), total: run('total') },
    flopsSpread: over((trial) => trial.flops.evaluation.total).sd,
    paddingFlops: over((trial) => trial.paddingFlops).mean,
    ...mapRoutingFigures((name) => layers((layer) => layer[name])),
    beatsReference: beats(metrics, context),
    machine: {
      tokensPerSecond: median(trials.map(({ machine }) => machine.tokensPerSecond)),
      peakMemoryBytes: Math.max(...trials.map(({ machine }) => machine.peakMemoryBytes)),
    },
  };
}

/** The value of a metric in a trial: of decoded text, say, where the task measured it, else of the limited pass. */
export function metricOf(trial: Trial, name: string): number | undefined {
  return trial.measured[name] ?? trial.limited[name];
}

/** A metric by seed, of the trials that have it. */
export function bySeed(trials: readonly Trial[], name: string): ReadonlyMap<number, number> {
  return new Map(
    trials.flatMap((trial) => {
      const value = metricOf(trial, name);
      return value === undefined ? [] : [[trial.seed, value] as const];
    }),
  );
}

function metricFigures(trials: readonly Trial[], baseline: readonly Trial[] | null) {
  const names = new Set(
    trials.flatMap(({ limited, measured }) => [...Object.keys(limited), ...Object.keys(measured)]),
  );
  return Object.fromEntries(
    [...names].map((name): [string, MetricFigures] => {
      const values = bySeed(trials, name);
      const free = trials.flatMap(({ dropFree }) => dropFree[name] ?? []);
      return [
        name,
        {
          value: summarise([...values.values()]),
          dropFree: free.length > 0 ? summarise(free) : null,
          difference: baseline && pairedDifference(values, bySeed(baseline, name)),
        },
      ];
    }),
  );
}

/** By the first metric that both have: a reference may have a loss and translate nothing. */
function beats(mine: Figures['metrics'], { metrics, reference }: RowContext): boolean | null {
  const shared = metrics.find(({ name }) => mine[name] && reference?.metrics[name] !== undefined);
  if (!shared) return null;
  const [value, level] = [mine[shared.name]!.value.mean, reference!.metrics[shared.name]!];
  return shared.better === 'lower' ? value < level : value > level;
}

function meanFlops(trials: readonly Trial[], kind: keyof Trial['flops']): TrialFlops {
  const part = (key: keyof TrialFlops) => mean(trials.map(({ flops }) => flops[kind][key]));
  return {
    router: part('router'),
    experts: part('experts'),
    moe: part('moe'),
    attention: part('attention'),
    rest: part('rest'),
    total: part('total'),
  };
}

/** 0 without values: a dense model has no layers to average. */
function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
