/** The part of jstat that is used here; the package has no types of its own. */
declare module 'jstat' {
  interface Distribution<P extends readonly number[]> {
    cdf(x: number, ...parameters: P): number;
    inv(probability: number, ...parameters: P): number;
  }
  const jstat: {
    readonly studentt: Distribution<[degreesOfFreedom: number]>;
    readonly chisquare: Distribution<[degreesOfFreedom: number]>;
    readonly normal: Distribution<[mean: number, sd: number]>;
    readonly centralF: Distribution<[numerator: number, denominator: number]>;
  };
  export default jstat;
}
