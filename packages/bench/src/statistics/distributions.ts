import jstat from 'jstat';

/**
 * Quantile of Student's t.
 * @param probability in (0, 1)      @param degreesOfFreedom above 0, not only whole numbers
 */
export const studentQuantile = (probability: number, degreesOfFreedom: number) =>
  jstat.studentt.inv(probability, degreesOfFreedom);

/** P(T > t) for Student's t; small tails keep their digits. */
export function studentTail(t: number, degreesOfFreedom: number): number {
  if (t === Infinity) return 0;
  return t < 0 ? 1 - studentTail(-t, degreesOfFreedom) : jstat.studentt.cdf(-t, degreesOfFreedom);
}

/** P(F > f) of Fisher's F; a ratio without spread in its denominator is infinite, and its tail 0. */
export function fisherTail(f: number, numerator: number, denominator: number): number {
  return f === Infinity ? 0 : 1 - jstat.centralF.cdf(f, numerator, denominator);
}

/** P(Z <= z) of the standard normal. */
export const normalCdf = (z: number) => jstat.normal.cdf(z, 0, 1);

/** Quantile of the chi-square distribution. */
export const chiSquareQuantile = (probability: number, degreesOfFreedom: number) =>
  jstat.chisquare.inv(probability, degreesOfFreedom);
