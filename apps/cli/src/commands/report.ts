import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  mergeResults,
  parseResults,
  prepareOutput,
  renderResults,
  writeOutput,
} from '@moekit/bench';

import { fail } from '../errors.js';
import { plainStrings } from '../output/plain-strings.js';
import { renderSummary } from '../output/summary.js';
import { print, say } from '../output/terminal.js';

export interface ReportFlags {
  readonly out?: string;
  readonly json?: boolean;
}

/**
 * Makes one report of one or several runs.
 * @param folders that hold a results.json, or such files themselves
 * @returns the exit code      @throws BENCH_RESULTS, BENCH_MERGE, BENCH_OUTPUT, CLI_USAGE
 */
export async function report(folders: readonly string[], flags: ReportFlags): Promise<number> {
  const runs = [];
  for (const folder of folders) runs.push(parseResults(await readResults(folder)));
  const results = mergeResults(runs);
  const { differences } = results.manifest;
  for (const text of plainStrings(differences)) say(`warning: ${text}\n`);
  const out = flags.out ?? 'moekit-report';
  await prepareOutput(out);
  const files = await writeOutput(out, results);
  print(flags.json ? renderResults(results) : renderSummary(results, files));
  return 0;
}

async function readResults(folder: string): Promise<string> {
  const file = folder.endsWith('.json') ? folder : join(folder, 'results.json');
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw fail('CLI_USAGE', {
      asked: 'moekit report takes folders that hold a results.json',
      got: `${file}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
      fix: 'Give the --out folder of a bench or a sweep; an interrupted sweep writes it after --resume.',
      cause,
    });
  }
}
