import { existsSync } from 'node:fs';
import { join } from 'node:path';

import {
  isTrainingRun,
  judge,
  mergeResults,
  readResults,
  readTrainingRuns,
  renderResults,
  renderTrainingRuns as trainingRunsJson,
  verdictTable,
  writeOutput,
  writeTrainingReport,
} from '@moekit/bench';

import type { ReportFlags } from '../report.js';
import { fail } from '../../errors.js';
import { plainStrings } from '../../output/plain-strings.js';
import { renderSummary } from '../../output/summary.js';
import { outputColumns, print, say } from '../../output/terminal.js';
import { renderTrainingRuns } from '../../output/training-runs.js';
import { ownOutput } from '../../own-output.js';

/**
 * Makes one report of one or several comparisons, or of training runs.
 * @param paths folders that hold a results.json, or such files; or folders of training runs, or their logs
 * @returns the exit code      @throws BENCH_RESULTS, BENCH_MERGE, BENCH_TRAINING_RUN, BENCH_OUTPUT, CLI_BUSY, CLI_LOCK, CLI_USAGE
 */
export async function report(paths: readonly string[], flags: ReportFlags): Promise<number> {
  const trained = paths.filter((path) => isTrainingRun(path) && !existsSync(resultsIn(path)));
  if (trained.length === 0) return reportResults(paths, flags);
  if (trained.length === paths.length) return reportTraining(paths, flags);
  const other = paths.find((path) => !trained.includes(path))!;
  throw fail('CLI_USAGE', {
    asked: 'A report is of comparisons (bench, sweep) or of training runs (train)',
    got: `${trained[0]}, a training run, and ${other}, which ${existsSync(other) ? 'is none' : 'does not exist'}`,
    fix: 'Make two reports, or check the path.',
  });
}

async function reportResults(folders: readonly string[], flags: ReportFlags): Promise<number> {
  const runs = [];
  for (const folder of folders) runs.push(await readResults(fileIn(folder)));
  const results = mergeResults(runs);
  const { differences, changedFiles } = results.manifest;
  const changed = changedFiles.map((file) => `${file} was changed after it was written`);
  for (const text of plainStrings([...changed, ...differences])) say(`warning: ${text}\n`);
  const files = await ownOutput(flags.out, () => writeOutput(flags.out, results));
  if (flags.table) print(verdictTable(judge(results), flags.table));
  else if (flags.json) print(renderResults(results));
  else print(renderSummary(results, files, outputColumns(flags)));
  return 0;
}

async function reportTraining(paths: readonly string[], flags: ReportFlags): Promise<number> {
  if (flags.table)
    throw fail('CLI_USAGE', {
      asked: '--table is for comparisons over seeds (bench, sweep), which have verdicts',
      got: 'training runs',
      fix: 'Leave it out, or train the rows by moekit bench.',
    });
  const runs = await readTrainingRuns(paths);
  const files = await ownOutput(flags.out, () => writeTrainingReport(flags.out, runs));
  const columns = outputColumns(flags);
  print(flags.json ? trainingRunsJson(runs) : renderTrainingRuns(runs, files, columns));
  return 0;
}

const resultsIn = (folder: string) => join(folder, 'results.json');

/** @throws CLI_USAGE where there is none */
function fileIn(folder: string): string {
  const file = /\.json$/i.test(folder) ? folder : resultsIn(folder);
  if (existsSync(file)) return file;
  throw fail('CLI_USAGE', {
    asked:
      'moekit report needs folders that contain a results.json, or folders of training runs and their logs',
    got: `${file}, which does not exist`,
    fix: 'Give the --out folder of a bench, a sweep or a training run. An interrupted sweep writes results.json after --resume.',
  });
}
