import { z } from 'zod';

const count = z.int().min(1);

/** The layer that is timed, and how often. */
export const layerTimeSchema = z
  .strictObject({
    /** T, tokens in one pass. */
    tokens: count.default(1024),
    /** D */
    modelWidth: count.default(128),
    /** d_e */
    expertWidth: count.default(64),
    /** N */
    numExperts: count.default(32),
    /**
     * Factor on the router's initial weights: an untrained router is nearly uniform and fills every expert whatever its
     * threshold; training sharpens it, and this stands for that.
     */
    sharpness: z.number().positive().default(4),
    repeats: count.default(15),
    /** Steps that move the state of a router before it is timed: a controller has then reached its target. */
    settle: z.int().min(0).default(200),
    warmUp: z.int().min(0).default(3),
    seed: z.int().default(1),
  })
  .readonly();

export type LayerTimeSettings = z.output<typeof layerTimeSchema>;
