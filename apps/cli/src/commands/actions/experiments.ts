import { describeExperiment, findExperiment, namedExperiments } from '@moekit/bench';

import { renderExperiment, renderExperiments } from '../../output/experiments.js';
import { outputColumns, print } from '../../output/terminal.js';
import type { ExperimentsFlags } from '../experiments.js';

/** Lists the experiments, or says what one asks and how to run it. @returns the exit code      @throws BENCH_EXPERIMENT_UNKNOWN */
export function experiments(name: string | undefined, flags: ExperimentsFlags): number {
  const columns = outputColumns(flags);
  const all = name === undefined ? namedExperiments() : [findExperiment(name)];
  const described = all.map(describeExperiment);
  const [first] = described;
  if (flags.json) print(`${JSON.stringify(name === undefined ? described : first, null, 2)}\n`);
  else if (name === undefined) print(renderExperiments(described, columns));
  else print(renderExperiment(first!, columns));
  return 0;
}
