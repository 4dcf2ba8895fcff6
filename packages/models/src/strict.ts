import { unknownOption } from '@moekit/core';
import { z } from 'zod';

/** An object whose unknown keys are reported together with those that exist. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, { error: unknownOption(shape) });
}
