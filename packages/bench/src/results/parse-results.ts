import { fail } from '../errors.js';
import type { Results } from './results-schema.js';
import { resultsSchema } from './results-schema.js';

/**
 * Reads the text of a results.json.
 * @throws BENCH_RESULTS
 */
export function parseResults(text: string): Results {
  try {
    return resultsSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw fail('BENCH_RESULTS', {
      asked: 'results.json must fit its schema',
      got: (cause as Error).message.replace(/\s+/g, ' ').slice(0, 200),
      fix: 'Write it with this version of moekit bench.',
      cause,
    });
  }
}
