import type { DispatchPlan } from '../../plan/plan.js';

/** The part of a product that one workgroup computes: a block of the result, and how its threads share it. */
export interface Tile {
  /** Rows and columns of the block. */
  readonly rows: number;
  readonly columns: number;
  /** Steps of the inner dimension held in workgroup memory at a time. */
  readonly inner: number;
  /** Each thread owns 4 columns of this many rows, in registers. */
  readonly ownRows: number;
}

type Sizes = Pick<DispatchPlan, 'numExperts' | 'numRows'>;

/** A subgroup of most devices; fewer threads leave lanes idle. */
const LEAST_THREADS = 32;
/** 8 KiB at 64 x 64, half of what every WebGPU device has: two workgroups fit at once. */
const INNER = 16;

/**
 * Rows of a tile of the plan's table. Each expert ends in a tile that is half empty on average, so tiles shrink with
 * the rows that experts have; 64 rows reuse a column of weights most.
 */
export function tileRowsOf({ numExperts, numRows }: Sizes): 16 | 32 | 64 {
  const mean = numRows / numExperts;
  if (mean >= 48) return 64;
  return mean >= 16 ? 32 : 16;
}

/** Columns (or rows of a weight gradient) of a tile: least padding, and among equals the most reuse. */
export function tileSpan(size: number): 16 | 32 | 64 {
  const cost = (span: number) => Math.ceil(size / span) * (span + 8);
  return ([64, 32, 16] as const).reduce((best, span) => (cost(span) < cost(best) ? span : best));
}

/** The tile of a product over planned rows, [R,K] x [E,K,outer]. */
export function rowTile(sizes: Sizes, outer: number): Tile {
  return tileOf(tileRowsOf(sizes), tileSpan(outer));
}

/** The tile of a weight gradient, [E,a,b]. */
export function outerTile(a: number, b: number): Tile {
  return tileOf(tileSpan(a), tileSpan(b), 4);
}

/** As many rows per thread as leave a subgroup busy. */
function tileOf(rows: number, columns: number, leastRows = 2): Tile {
  const threads = (own: number) => (columns / 4) * (rows / own);
  const ownRows = [8, 4].find((own) => threads(own) >= LEAST_THREADS) ?? leastRows;
  return { rows, columns, inner: INNER, ownRows };
}

/** Threads of a workgroup: across the columns, down the rows. */
export function threadsOf({ rows, columns, ownRows }: Tile): [number, number, 1] {
  return [columns / 4, rows / ownRows, 1];
}
