import { z } from 'zod';

import type { Continuation } from '../../contract.js';

const change = z.strictObject({ path: z.string(), was: z.json(), is: z.json() });

/** Continuations as manifests have them. */
export const continuationSchema: z.ZodType<Continuation> = z.strictObject({
  kind: z.enum(['resume', 'branch', 'from']),
  afterStep: z.int().min(0),
  source: z
    .strictObject({ path: z.string(), step: z.int().min(0), sha256: z.string() })
    .exactOptional(),
  changes: z.array(change),
  exact: z.boolean(),
});
