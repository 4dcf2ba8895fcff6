import { Matrix, inverse } from 'ml-matrix';

import type { Layout } from './layout.js';
import { minimise } from './minimise.js';
import { residualParts } from './residual-parts.js';
import type { ResidualParts } from './residual-parts.js';

/** Rows and seeds taken apart: `value = row + seed + residual`, seeds and residuals normal and independent. */
export interface MixedModel {
  /** [R] generalised least squares mean of each row. */
  readonly means: readonly number[];
  /** Standard deviation of what a row and a seed leave unexplained. */
  readonly residualSd: number;
  /** Standard deviation of what the rows of one seed have in common. */
  readonly seedSd: number;
  /** Share of a value's variance that its seed explains, in [0, 1]: what pairing is worth. */
  readonly correlation: number;
  /** Standard error of a contrast of the means, with Kenward and Roger's degrees of freedom. @param weights [R] */
  contrast(weights: readonly number[]): { readonly error: number; readonly df: number };
}

/**
 * Fits the model by restricted maximum likelihood (REML) in the ratio `λ` of the seeds' variance to the residual's.
 * Formula:  -2 ℓ(λ) = (N - R) ln s²(λ) + Σ ln(1 + λ d_i),   s²(λ) = (Σ square_i / (1 + λ d_i) + rest) / (N - R)
 * Complete blocks have every `d_i = R`, and the closed form `s² = MS_residual`, `λ s² = (MS_seed - s²) / R`, or 0 where that is
 * negative.
 *
 * Source: Patterson and Thompson 1971 (REML); Kenward and Roger 1997 (errors, degrees of freedom).
 * @returns null where no value is left over to measure the spread by
 */
export function fitMixedModel(layout: Layout): MixedModel | null {
  const parts = residualParts(layout);
  if (parts.df < 1) return null;
  const ratio = ratioOf(parts, fullestSeed(layout));
  const variance = residualVariance(parts, ratio);
  const { means, contrast } = generalisedLeastSquares(layout, ratio);
  return {
    means,
    residualSd: Math.sqrt(variance),
    seedSd: Math.sqrt(Math.max(0, ratio) * variance),
    correlation: Math.max(0, ratio) / (1 + Math.max(0, ratio)),
    contrast: (weights) => {
      const measured = kenwardRoger(parts, ratio, contrast(weights));
      return { error: Math.sqrt(variance * measured.variance), df: measured.df };
    },
  };
}

/** `1 + λ n`, with n the cells of the fullest seed, is searched from just above 0, where the model ends, by its logarithm. */
const SCALES = { from: Math.log(1e-4), to: Math.log(1e9), points: 128 };

/** The most likely ratio. It may be negative, down to -1/n: a bound at 0 would make intervals too narrow in a few per cent of cases. */
function ratioOf(parts: ResidualParts, most: number): number {
  if (parts.restDf < 1 || parts.moved.length === 0) return 0; // seeds cannot be separated from residuals
  if (parts.rest === 0) return Math.exp(SCALES.to) / most;
  const ratioAt = (logarithm: number) => (Math.exp(logarithm) - 1) / most;
  const deviance = (ratio: number) =>
    parts.df * Math.log(residualVariance(parts, ratio)) +
    parts.moved.reduce((sum, { d }) => sum + Math.log1p(ratio * d), 0);
  if (parts.moved.every(({ d }) => Math.abs(d - most) < 1e-9 * most)) return ratioOfBlocks(parts);
  return ratioAt(minimise((logarithm) => deviance(ratioAt(logarithm)), SCALES));
}

/** The closed form for complete blocks. */
function ratioOfBlocks({ moved, rest, restDf }: ResidualParts): number {
  const seeds = moved.reduce((sum, { square }) => sum + square, 0) / moved.length;
  const scale = Math.min(
    Math.max(seeds / (rest / restDf), Math.exp(SCALES.from)),
    Math.exp(SCALES.to),
  );
  return (scale - 1) / moved[0]!.d;
}

/** 0 where seeds explain everything, whatever the ratio. */
function residualVariance({ moved, rest, restDf, df }: ResidualParts, ratio: number): number {
  if (rest === 0 && restDf > 0) return 0;
  return moved.reduce((sum, { d, square }) => sum + square / (1 + ratio * d), rest) / df;
}

/** Cells of the seed that has most. */
const fullestSeed = ({ seeds, cells }: Layout) =>
  Math.max(...seeds.map((seed) => cells.filter((cell) => cell.seed === seed).length));

/** The part of the values in a contrast: `Σ load²`, and the sum of the loads of each seed. */
interface Taken {
  readonly own: number;
  readonly seedLoads: readonly number[];
}

/** Row means under the ratio, and how much of each variance a contrast of them takes up. */
function generalisedLeastSquares({ rows, seeds, cells }: Layout, ratio: number) {
  const bySeed = seeds.map((seed) => cells.filter((cell) => cell.seed === seed));
  const weight = bySeed.map((block) => ratio / (1 + ratio * block.length));
  const normal = Matrix.zeros(rows, rows); // Xᵀ V⁻¹ X
  const right = new Float64Array(rows); // Xᵀ V⁻¹ y
  bySeed.forEach((block, s) => {
    const sum = block.reduce((total, { value }) => total + value, 0);
    for (const { row, value } of block) {
      right[row]! += value - weight[s]! * sum;
      normal.set(row, row, normal.get(row, row) + 1);
      for (const other of block)
        normal.set(row, other.row, normal.get(row, other.row) - weight[s]!);
    }
  });
  const inverted = inverse(normal);
  const times = (v: ArrayLike<number>) =>
    Array.from({ length: rows }, (_, i) =>
      inverted.getRow(i).reduce((sum, value, j) => sum + value * v[j]!, 0),
    );
  return {
    means: times(right),
    contrast: (weights: readonly number[]): Taken => {
      const a = times(weights);
      const loads = bySeed.map((block, s) => {
        const total = block.reduce((sum, { row }) => sum + a[row]!, 0);
        return block.map(({ row }) => a[row]! - weight[s]! * total);
      });
      return {
        own: loads.flat().reduce((sum, load) => sum + load ** 2, 0),
        seedLoads: loads.map((block) => block.reduce((sum, load) => sum + load, 0)),
      };
    },
  };
}

/**
 * Variance of a contrast in units of `s²`, enlarged by what the uncertain ratio adds, and its degrees of freedom.
 * Formula:  f = own + λ shared,   f' = f + 2 q (λ² W_ee - 2 λ W_es + W_ss),   q = Σ (h · v_i)² d_i / (1 + λ d_i),
 *           df = 2 f² / (∇fᵀ W ∇f),   ∇f = (own, shared)
 * with `h` the contrast's load on each seed and `W` the inverse of the expected information of both variances.
 *
 * Source: Kenward and Roger 1997, for one contrast.
 */
function kenwardRoger({ moved, restDf, df }: ResidualParts, ratio: number, contrast: Taken) {
  const { own, seedLoads } = contrast;
  const shared = seedLoads.reduce((sum, load) => sum + load ** 2, 0);
  const variance = own + ratio * shared;
  if (restDf < 1 || moved.length === 0) return { variance, df };
  const sum = (factor: (d: number) => number) =>
    moved.reduce((total, { d }) => total + factor(d) / (1 + ratio * d) ** 2, 0) / 2;
  const [ee, es, ss] = [sum(() => 1) + restDf / 2, sum((d) => d), sum((d) => d ** 2)];
  const determinant = ee * ss - es ** 2;
  const form = (e: number, s: number) => (e * e * ss - 2 * e * s * es + s * s * ee) / determinant;
  const uncertain = moved.reduce((total, { d, vector }) => {
    const along = vector.reduce((dot, value, s) => dot + value * seedLoads[s]!, 0);
    return total + (along ** 2 * d) / (1 + ratio * d);
  }, 0);
  return {
    variance: variance + 2 * uncertain * form(-ratio, 1),
    df: (2 * variance ** 2) / form(own, shared),
  };
}
