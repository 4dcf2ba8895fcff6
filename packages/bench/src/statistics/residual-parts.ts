import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

import type { Layout } from './layout.js';

interface MovedPart {
  readonly d: number;
  readonly square: number;
  /** [S] eigenvector. */
  readonly vector: readonly number[];
}

/** Residuals of the rows, in coordinates that are independent under the mixed model. */
export interface ResidualParts {
  /** Coordinates that seeds move: of variance `s² (1 + λ d)` each. */
  readonly moved: readonly MovedPart[];
  /** Sum of squares that no seed moves, `s²` for each of its degrees of freedom. */
  readonly rest: number;
  readonly restDf: number;
  /** N - R: values less rows. */
  readonly df: number;
}

/** Shares below are those of eigenvectors in float64. */
const ROUNDING = 1e-13;

/**
 * Residuals along the eigenvectors of `ZᵀMZ`, with `Z` the seeds' indicators and `M` the projection off the rows' means.
 * Formula:  d_i its eigenvalues,  square_i = (v_iᵀ Zᵀ M y)² / d_i,  rest = yᵀ M y - Σ square_i
 */
export function residualParts(layout: Layout): ResidualParts {
  const deviations = deviationsOf(layout);
  const sums = layout.seeds.map((seed) =>
    deviations.reduce((sum, cell) => sum + (cell.seed === seed ? cell.value : 0), 0),
  );
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(seedProducts(layout), {
    assumeSymmetric: true,
  });
  const least = 1e-9 * Math.max(...realEigenvalues, 0);
  const moved = realEigenvalues.flatMap((d, i) => {
    if (d <= least) return [];
    const vector = eigenvectorMatrix.getColumn(i);
    const along = sums.reduce((sum, value, s) => sum + value * vector[s]!, 0);
    return [{ d, square: along ** 2 / d, vector }];
  });
  const df = layout.cells.length - layout.rows;
  const total = deviations.reduce((sum, { value }) => sum + value ** 2, 0);
  const left = total - moved.reduce((sum, { square }) => sum + square, 0);
  const rest = left > ROUNDING * total ? left : 0;
  return { moved, rest, restDf: df - moved.length, df };
}

/** Each value less the mean of its row. */
function deviationsOf({ rows, cells }: Layout) {
  const means = Array.from({ length: rows }, (_, row) => {
    const values = cells.flatMap((cell) => (cell.row === row ? [cell.value] : []));
    return values.reduce((sum, value) => sum + value / values.length, 0);
  });
  return cells.map(({ row, seed, value }) => ({ seed, value: value - means[row]! }));
}

/** [S,S] `ZᵀMZ`: cells of each seed, less what the rows' means take of each pair. */
function seedProducts({ rows, seeds, cells }: Layout): Matrix {
  const place = new Map(seeds.map((seed, s) => [seed, s]));
  const products = Matrix.zeros(seeds.length, seeds.length);
  const add = (a: number, b: number, value: number) =>
    products.set(a, b, products.get(a, b) + value);
  for (let row = 0; row < rows; row++) {
    const own = cells.flatMap((cell) => (cell.row === row ? place.get(cell.seed)! : []));
    own.forEach((a) => {
      add(a, a, 1);
      own.forEach((b) => add(a, b, -1 / own.length));
    });
  }
  return products;
}
