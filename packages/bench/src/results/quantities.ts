import { figure } from '@moekit/models';
import { z } from 'zod';

/** Rounding of sums in float32 may pass 1 by that much. */
const ROUNDING = 1e-4;

/** From 0 to 1. */
export const share = z
  .number()
  .min(0)
  .max(1 + ROUNDING);

/** A count or a size: finite and not negative. */
export const amount = z.number().min(0);
export const whole = z.int().min(0);

/** A rate that was measured: infinite where the clock did not move. */
export const rate = figure.refine((value) => value >= 0, 'must not be negative');

/** A figure of quality, or a loss, may be anything: a model can diverge. A spread is not negative; NaN where it is not a number. */
export const spread = figure.refine((value) => !(value < 0), 'must not be negative');
