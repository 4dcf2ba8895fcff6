import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { mergeResults, readResults, renderResults, writeOutput } from '@moekit/bench';

import type { ReportFlags } from '../report.js';
import { fail } from '../../errors.js';
import { plainStrings } from '../../output/plain-strings.js';
import { renderSummary } from '../../output/summary.js';
import { outputColumns, print, say } from '../../output/terminal.js';
import { ownOutput } from '../../own-output.js';

/**
 * Makes one report of one or several runs.
 * @param folders that hold a results.json, or such files themselves
 * @returns the exit code      @throws BENCH_RESULTS, BENCH_MERGE, BENCH_OUTPUT, CLI_BUSY, CLI_LOCK, CLI_USAGE
 */
export async function report(folders: readonly string[], flags: ReportFlags): Promise<number> {
  const runs = [];
  for (const folder of folders) runs.push(await readResults(fileIn(folder)));
  const results = mergeResults(runs);
  const { differences, changedFiles } = results.manifest;
  const changed = changedFiles.map((file) => `${file} was changed after it was written`);
  for (const text of plainStrings([...changed, ...differences])) say(`warning: ${text}\n`);
  const files = await ownOutput(flags.out, () => writeOutput(flags.out, results));
  print(flags.json ? renderResults(results) : renderSummary(results, files, outputColumns(flags)));
  return 0;
}

/** @throws CLI_USAGE where there is none */
function fileIn(folder: string): string {
  const file = /\.json$/i.test(folder) ? folder : join(folder, 'results.json');
  if (existsSync(file)) return file;
  throw fail('CLI_USAGE', {
    asked: 'moekit report needs folders that contain a results.json',
    got: `${file}, which does not exist`,
    fix: 'Give the --out folder of a bench or a sweep. An interrupted sweep writes results.json after --resume.',
  });
}
