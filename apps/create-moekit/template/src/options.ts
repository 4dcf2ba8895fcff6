import { z } from 'zod';

/** Every option has a default, and an unknown one is an error: a misspelt option must not train for a day. */
export const routerOptions = z.strictObject({
  k: z.int().min(1).default(2).describe('Experts per token'),
  balanceCoefficient: z
    .number()
    .min(0)
    .default(0.01)
    .describe('Weight of the load-balancing loss; 0 leaves the loss out'),
});

export type RouterOptions = z.output<typeof routerOptions>;
