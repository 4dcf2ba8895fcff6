import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { readResults } from '@moekit/bench';
import { stringifyFigures } from '@moekit/models';
import { openCheckpoint } from '@moekit/models/node';

import type { InspectFlags } from '../inspect.js';
import { fail } from '../../errors.js';
import type { CheckpointContents } from '../../output/checkpoint.js';
import { renderCheckpoint } from '../../output/checkpoint.js';
import { renderResultsFile } from '../../output/results-file.js';
import { outputColumns, print } from '../../output/terminal.js';
import { findCheckpoint } from '../../training/find-checkpoint.js';

/**
 * Tells what a checkpoint, the folder of a run, or a results.json holds.
 * @returns the exit code      @throws MODELS_CHECKPOINT_*, BENCH_RESULTS
 */
export async function inspect(path: string, flags: InspectFlags): Promise<number> {
  const results = resultsFile(path);
  if (results === undefined) {
    const contents = await readContents(await findCheckpoint(path));
    show(flags, contents, () => renderCheckpoint(contents, flags, outputColumns(flags)));
  } else {
    const read = await readResults(results);
    const [changed] = read.manifest.changedFiles;
    const remark = changed === undefined ? '' : ', changed after it was written';
    show(flags, read, () => renderResultsFile(`${results}${remark}`, read, outputColumns(flags)));
  }
  return 0;
}

/** A file is taken for results; so is a folder that holds them and no checkpoints. @throws CLI_USAGE */
function resultsFile(path: string): string | undefined {
  if (!existsSync(path)) {
    throw fail('CLI_USAGE', {
      asked: 'moekit inspect needs a checkpoint, the folder of a run, or a results.json',
      got: `${path}, which does not exist`,
      fix: 'Check the path.',
    });
  }
  if (!statSync(path).isDirectory()) return path;
  const inside = join(path, 'results.json');
  return existsSync(inside) && !existsSync(join(path, 'manifest.json')) ? inside : undefined;
}

async function readContents(path: string): Promise<CheckpointContents> {
  const { manifest, tensors: file } = await openCheckpoint(path);
  await file.close();
  const tensors = [...file.entries].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const parameters = tensors
    .filter(({ name }) => !name.startsWith('optimiser.'))
    .reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
  return { path, manifest, parameters, tensors };
}

function show(flags: InspectFlags, data: unknown, render: () => string): void {
  print(flags.json ? `${stringifyFigures(data, 2)}\n` : render());
}
