import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { fail } from '../errors.js';
import { fileProblem } from '../plugins/file-problem.js';
import { hashJson } from './render-results.js';
import type { Results } from './results-schema.js';
import { resultsSchema } from './results-schema.js';

/** Bytes; more than a sweep of 10,000 trials writes. */
const LARGEST = 2 ** 28;

/**
 * Reads the text of a results.json.
 * @throws BENCH_RESULTS, which names the place of the first fault
 */
export function parseResults(text: string): Results {
  return parse(text).results;
}

/**
 * Reads a results.json. One whose sha256 is of another content was changed after it was written: its figures are
 * somebody's, and `manifest.changedFiles` says so wherever they are shown.
 * @throws BENCH_RESULTS
 */
export async function readResults(path: string): Promise<Results> {
  const { sha256, json, results } = parse(await textOf(path));
  if (sha256 === undefined || sha256 === hashJson(json)) return results;
  return { ...results, manifest: { ...results.manifest, changedFiles: [path] } };
}

function parse(text: string) {
  try {
    const { sha256, ...json } = JSON.parse(text) as Record<string, unknown>;
    return { sha256, json, results: resultsSchema.parse(json) };
  } catch (cause) {
    throw fail('BENCH_RESULTS', {
      asked: 'results.json must fit its schema',
      got: faultOf(cause),
      fix: 'Create it again with this version of moekit bench.',
      cause,
    });
  }
}

async function textOf(path: string): Promise<string> {
  const problem = fileProblem(path, LARGEST);
  if (problem === undefined) return readFile(path, 'utf8');
  throw fail('BENCH_RESULTS', {
    asked: 'Results must be read from a results.json',
    got: `${path}, ${problem}`,
    fix: 'Give the results.json of a bench or a sweep.',
  });
}

function faultOf(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return (cause as Error).message.slice(0, 200);
  const [first, ...others] = cause.issues;
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return `${first!.path.join('.') || 'the whole'}: ${first!.message.slice(0, 200)}${more}`;
}
