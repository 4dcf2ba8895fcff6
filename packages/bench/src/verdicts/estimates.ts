import type { Row } from '../results/results-schema.js';
import type { Trial } from '../results/trial-schema.js';
import type { Estimate } from '../statistics/estimate.js';
import { layoutOf } from '../statistics/layout.js';
import type { Layout } from '../statistics/layout.js';
import { fitMixedModel } from '../statistics/mixed-model.js';
import { pairedEstimate, welchEstimate } from '../statistics/own-spread.js';
import { equalSpreadPValue } from '../statistics/spreads.js';
import type { Family } from './family.js';

export type Method = 'pooled' | 'paired' | 'unpaired';

/** A contrast with its error, by the spread of all rows or by its own. */
export interface Measured extends Estimate {
  readonly method: Method;
  /** Seeds of the row that has fewest. */
  readonly seeds: number;
  /** Share of a value's variance that its seed explains; null where it was not measured. */
  readonly correlation: number | null;
  /** The contrast by its own spread, where rows spread differently (p < 0.05): the verdict must hold for both. */
  readonly beside: Estimate | null;
}

/** Rows spread alike unless the chance of it is below that. */
const ALIKE = 0.05;

/** @returns null where there is one seed, or none in common */
export function measure(
  { rows, weights, pooled }: Family,
  figure: (trial: Trial) => number | undefined,
): Measured | null {
  const known = rows
    .map((row, i) => ({ values: valuesOf(row, figure), weight: weights[i]! }))
    .filter(({ values, weight }) => values.size > 0 || weight !== 0);
  const seeds = Math.min(
    ...known.flatMap(({ values, weight }) => (weight === 0 ? [] : values.size)),
  );
  if (seeds === 0) return null;
  const layout = layoutOf(known.map(({ values }) => values));
  const contrast = known.map(({ weight }) => weight);
  const own = ownSpread(layout, contrast);
  const fit = pooled && layout.rows > 1 ? fitMixedModel(layout) : null;
  if (!fit) return own && { ...own, seeds, correlation: null, beside: null };
  const mean = contrast.reduce((sum, weight, row) => sum + weight * fit.means[row]!, 0);
  const alike = equalSpreadPValue(layout) >= ALIKE;
  return {
    mean,
    ...fit.contrast(contrast),
    method: 'pooled',
    seeds,
    correlation: fit.correlation,
    beside: alike ? null : own,
  };
}

/** Paired by seed; without common seeds, each row by itself. */
function ownSpread(layout: Layout, weights: readonly number[]) {
  const paired = pairedEstimate(layout, weights);
  if (paired) return { ...paired, method: 'paired' as const };
  const apart = welchEstimate(layout, weights);
  return apart && { ...apart, method: 'unpaired' as const };
}

function valuesOf(
  { trials }: Row,
  figure: (trial: Trial) => number | undefined,
): ReadonlyMap<number, number> {
  return new Map(
    trials.flatMap((trial) => {
      const value = figure(trial);
      return value === undefined || !Number.isFinite(value) ? [] : [[trial.seed, value] as const];
    }),
  );
}
