import { MoekitError } from '@moekit/core';

/** How many slots of each sort a router has. */
export interface Slots {
  readonly kMax: number;
  /** M */
  readonly nullCopies: number;
  /** rho = N / (N + M), after M was rounded. */
  readonly density: number;
  /** E[K] = kMax rho, real experts per token at balance. */
  readonly expertsPerToken: number;
}

/** Rounds a half up also where the quotient comes out a little below it (0.6 / 0.4). */
const SLACK = 1e-9;

/**
 * The number of null slots that gives a density.
 * Formula:  M = N (1 - rho) / rho, rounded;  E[K] = kMax rho   (2601.15370 eq. 4-5)
 * @throws MOE_OPTIONS when kMax exceeds N, or when 0 < M < kMax: top-kMax would then force kMax - M real experts
 */
export function slotsOf(
  numExperts: number,
  wanted: { kMax: number; density: number; nullCopies?: number | undefined },
): Slots {
  const { kMax } = wanted;
  const nullCopies =
    wanted.nullCopies ?? Math.round((numExperts * (1 - wanted.density)) / wanted.density + SLACK);
  assertEnoughExperts(kMax, numExperts);
  assertEnoughNulls(kMax, nullCopies, numExperts);
  const density = numExperts / (numExperts + nullCopies);
  return { kMax, nullCopies, density, expertsPerToken: kMax * density };
}

export function assertEnoughExperts(kMax: number, numExperts: number): void {
  if (kMax <= numExperts) return;
  throw new MoekitError('MOE_OPTIONS', {
    asked: 'kMax of router null-expert must be at most the number of real experts',
    got: `kMax = ${kMax} for ${numExperts} experts`,
    fix: `Give kMax a value from 1 to ${numExperts}, or the layer more experts.`,
  });
}

export function assertEnoughNulls(kMax: number, nullCopies: number, numExperts: number): void {
  if (nullCopies === 0 || nullCopies >= kMax) return;
  const densest = (numExperts / (numExperts + kMax)).toFixed(3);
  throw new MoekitError('MOE_OPTIONS', {
    asked: `Router null-expert needs either no null slots or at least kMax = ${kMax}, so that a token can choose null slots only`,
    got: `${nullCopies} null slots (nullCopies, or N (1 - density) / density) for ${numExperts} experts`,
    fix: `Lower density to ${densest} or less, set it to 1 (no null slots), or lower kMax.`,
  });
}
