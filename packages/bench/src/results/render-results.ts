import { stringifyFigures } from '@moekit/models';

import { hashOf } from '../spec/hash.js';
import type { Results } from './results-schema.js';

/** The text of a results.json: the results, and last the sha256 of their canonical JSON. */
export function renderResults(results: Results): string {
  const { sha256: _, ...rest } = results;
  return `${stringifyFigures({ ...rest, sha256: hashJson(rest) }, 2)}\n`;
}

/** sha256 (hex) of what JSON holds of a value. */
export function hashJson(value: unknown): string {
  return hashOf(JSON.parse(stringifyFigures(value)));
}
