import {
  DENSE,
  isDense,
  loadConfig,
  parseExperiment,
  parseRouter,
  parseRouters,
} from '@moekit/bench';
import type { Experiment, PluginRegistry } from '@moekit/bench';

import type { Defaults } from '../../container.js';
import { originOf } from '../../container.js';
import type { BenchFlags } from '../bench.js';
import { defined, over, overDefaults } from '../../given.js';

/**
 * The experiment that the flags describe: the config file, or the defaults, with the flags over it.
 * @throws BENCH_CONFIG, BENCH_ROUTER_SPEC, CLI_USAGE
 */
export async function experimentOf(
  flags: BenchFlags,
  { registry, defaults }: { readonly registry: PluginRegistry; readonly defaults: Defaults },
): Promise<Experiment> {
  const { config: file, task, backend, seeds, routers, data: source, tokenizer, steps } = flags;
  const given = file === undefined ? defaults.bench : await loadConfig(file, process.cwd());
  const config = overDefaults({ backend: defaults.backend }, given);
  const from =
    file === undefined ? `The experiment${originOf(defaults, 'bench')}` : `Config ${file}`;
  const chosen = {
    ...config,
    ...defined({ task, backend, seeds, routers: routers && routerList(routers) }),
    data: over(config['data'], { source, tokenizer }),
    training: over(config['training'], { steps }),
  };
  const experiment = parseExperiment(chosen, from, registry);
  if (flags.router.length === 0) return experiment;
  const own = flags.router.map(parseRouter);
  return parseExperiment({ ...chosen, routers: [...experiment.routers, ...own] }, from, registry);
}

/** The dense baseline comes first whether it was listed or not. */
function routerList(text: string) {
  const routers = parseRouters(text);
  const listed = routers.some(isDense);
  return listed ? routers : [DENSE, ...routers];
}
