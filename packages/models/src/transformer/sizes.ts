import { z } from 'zod';

import { fail } from '../errors.js';

const size = z.int().min(1);

/** Tokens of a sequence: a mask of them all is 1 GiB then, and attention holds several. */
export const longestContext = size.max(2 ** 14);

/** The sizes of every transformer of this package, for any kind of model. */
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
    modelWidth: size.default(modelWidth).describe('D, numbers of a token'),
    numHeads: size
      .default(numHeads)
      .describe('Heads of an attention layer; they divide modelWidth'),
    feedForwardWidth: size
      .default(feedForwardWidth)
      .describe('F, the width of a dense feed-forward layer'),
    moeEvery: size.default(moeEvery).describe('Every how-many-th layer has experts'),
    activation: sizesShape.activation
      .default(activation)
      .describe('Activation of feed-forward layers and experts'),
  };
}

/** @throws MODELS_CONFIG when the width does not divide into heads of pairs */
export function assertHeads({
  modelWidth,
  numHeads,
}: {
  modelWidth: number;
  numHeads: number;
}): void {
  const headWidth = modelWidth / numHeads;
  if (!Number.isInteger(headWidth)) {
    throw fail('MODELS_CONFIG', {
      asked: 'modelWidth must be a multiple of numHeads',
      got: `${modelWidth} and ${numHeads}`,
      fix: 'Change one of them.',
    });
  }
  if (headWidth % 2 !== 0) {
    throw fail('MODELS_CONFIG', {
      asked: 'modelWidth / numHeads must be even, because heads are rotated in pairs of elements',
      got: String(headWidth),
      fix: 'Change one of them.',
    });
  }
}
