import { z } from 'zod';

const size = z.int().min(1);

/** Tokens of a sequence: a mask of them all is 1 GiB then, and attention holds several. */
export const longestContext = size.max(2 ** 14);

/** What every transformer of this package is asked for, whatever it is a model of. */
export const sizesShape = {
  modelWidth: size,
  numHeads: size,
  feedForwardWidth: size,
  moeEvery: size,
  activation: z.enum(['relu', 'gelu', 'swiglu']),
};

export type Sizes = {
  readonly [Key in keyof typeof sizesShape]: z.output<(typeof sizesShape)[Key]>;
};

/** The same as a task's options, which have defaults. */
export function sizeOptions({
  modelWidth,
  numHeads,
  feedForwardWidth,
  moeEvery,
  activation,
}: Sizes) {
  return {
    modelWidth: size.default(modelWidth),
    numHeads: size.default(numHeads),
    feedForwardWidth: size.default(feedForwardWidth),
    moeEvery: size.default(moeEvery),
    activation: sizesShape.activation.default(activation),
  };
}
