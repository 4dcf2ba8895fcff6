import type { Shape } from '@tensorflow/tfjs-layers';

import { fail } from '../errors.js';

/**
 * D of a layer's input shape.
 * @throws MOE_SHAPE unless it is [B,D] or [B,L,D] with a known D
 */
export function widthOf(inputShape: Shape | Shape[]): number {
  const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
  const width = shape.at(-1);
  const single = !Array.isArray(inputShape[0]) || inputShape.length === 1;
  if (single && (shape.length === 2 || shape.length === 3) && typeof width === 'number') {
    return width;
  }
  throw fail('MOE_SHAPE', {
    asked: 'An MoE layer takes one input, [batch, width] or [batch, length, width]',
    got: JSON.stringify(inputShape),
    fix: 'Reshape the input before the layer, and give the model a fixed width.',
  });
}
