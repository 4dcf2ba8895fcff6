import { stringifyFigures } from '@moekit/models';
import { z } from 'zod';

import { hashOf } from '../spec/hash.js';
import type { Trial } from '../results/trial-schema.js';
import { trialSchema } from '../results/trial-schema.js';
import type { TrialError } from './messages.js';
import { trialErrorSchema } from './messages.js';

const storedSchema = z.object({
  key: z.string(),
  id: z.string(),
  trial: trialSchema.nullable(),
  error: trialErrorSchema.nullable(),
});

/** How one trial ended, as it is kept on disk. */
export interface StoredTrial {
  /** See `jobKey`. */
  readonly key: string;
  readonly id: string;
  readonly trial: Trial | null;
  readonly error: TrialError | null;
}

/** A trial with the sha256 of its content. */
export function renderStored(stored: StoredTrial): string {
  const json = JSON.parse(stringifyFigures(stored)) as object;
  return `${JSON.stringify({ ...json, sha256: hashOf(json) })}\n`;
}

/** Undefined unless every byte is as it was written, under this key. */
export function parseStored(bytes: Uint8Array, key: string): StoredTrial | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const { sha256: _, ...json } = JSON.parse(text) as Record<string, unknown>;
    const stored = storedSchema.parse(json);
    return renderStored(json as unknown as StoredTrial) === text && stored.key === key
      ? stored
      : undefined;
  } catch {
    return undefined;
  }
}
