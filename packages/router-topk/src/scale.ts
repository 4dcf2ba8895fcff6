import { numberIn, option } from '@moekit/core/options';

/** The routed scaling factor: of each weight, after it is normalised. */
export function scale(fallback: number) {
  return option(numberIn({ min: 0, above: true }), fallback, 'Factor of the weights');
}
