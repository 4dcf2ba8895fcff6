import { z } from 'zod';

import { fail } from '../errors.js';
import { hashJson } from './render-results.js';
import type { Results } from './results-schema.js';
import { resultsSchema } from './results-schema.js';

/**
 * Reads the text of a results.json. One that ends with a sha256 must be as it was written; who changes a file on purpose
 * removes that key.
 * @throws BENCH_RESULTS, which names the place of the first fault
 */
export function parseResults(text: string): Results {
  try {
    const { sha256, ...json } = JSON.parse(text) as Record<string, unknown>;
    if (sha256 !== undefined && sha256 !== hashJson(json)) {
      throw new Error(
        'one that was changed after it was written (its sha256 is of another content)',
      );
    }
    return resultsSchema.parse(json);
  } catch (cause) {
    throw fail('BENCH_RESULTS', {
      asked: 'results.json must fit its schema',
      got: faultOf(cause),
      fix: 'Write it with this version of moekit bench.',
      cause,
    });
  }
}

function faultOf(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return (cause as Error).message.slice(0, 200);
  const [first, ...others] = cause.issues;
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return `${first!.path.join('.') || 'the whole'}: ${first!.message.slice(0, 200)}${more}`;
}
