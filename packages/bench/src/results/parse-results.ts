import { z } from 'zod';

import { fail } from '../errors.js';
import type { Results } from './results-schema.js';
import { resultsSchema } from './results-schema.js';

/**
 * Reads the text of a results.json.
 * @throws BENCH_RESULTS, which names the place of the first fault
 */
export function parseResults(text: string): Results {
  try {
    return resultsSchema.parse(JSON.parse(text));
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
