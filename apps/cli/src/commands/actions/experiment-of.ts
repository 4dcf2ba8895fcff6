import {
  DENSE,
  isDense,
  loadConfig,
  parseRouter,
  parseRouters,
  readExperiment,
  withoutFlags,
} from '@moekit/bench';
import type { Experiment, PluginRegistry } from '@moekit/bench';

import { unknownRouter } from '../../assert-names.js';
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
  const loaded = file === undefined ? undefined : await loadConfig(file, process.cwd());
  const config = overDefaults({ backend: defaults.backend }, loaded?.config ?? defaults.bench);
  const listed = routers === undefined ? undefined : routerList(routers);
  const own = flags.router.map(parseRouter);
  const chosen = {
    ...config,
    ...defined({ task, backend, seeds, routers: listed }),
    data: over(config['data'], { source, tokenizer }),
    training: over(config['training'], { steps }),
  };
  const said = Object.keys(defined({ task, backend, seeds, routers }));
  const origin = {
    name: file === undefined ? `The experiment${originOf(defaults, 'bench')}` : `Config ${file}`,
    at: withoutFlags(loaded?.at, said),
    flags: said,
  };
  const context = { registry, unknownRouter: (name: string) => unknownRouter(name, registry) };
  const experiment = await readExperiment(chosen, origin, context);
  if (own.length === 0) return experiment;
  return readExperiment({ ...chosen, routers: [...experiment.routers, ...own] }, origin, context);
}

/** The dense baseline comes first whether it was listed or not. */
function routerList(text: string) {
  const routers = parseRouters(text);
  const listed = routers.some(isDense);
  return listed ? routers : [DENSE, ...routers];
}
