import type { ReadContext, RunSpec } from '@moekit/bench';
import {
  loadConfig,
  parseRouter,
  parseSettings,
  readRunSpec,
  setRun,
  withoutFlags,
} from '@moekit/bench';
import type { MoekitError } from '@moekit/core';

import { over, overDefaults } from '../given.js';

/** Flags that stand for keys of the configuration. */
export interface SpecFlags {
  readonly config?: string;
  readonly task?: string;
  /** `data.source` and `data.tokenizer`. */
  readonly data?: string;
  readonly tokenizer?: string;
  readonly router?: string;
  readonly steps?: number;
  readonly seed?: number;
  readonly backend?: string;
  /** `PATH=VALUE`, one value of each path. */
  readonly set?: readonly string[];
}

/** The run that flags change. */
export interface SpecBase extends ReadContext {
  /** As a checkpoint or moekit.config.ts has it; moekit's defaults when absent. */
  readonly base?: object | undefined;
  /** Used where neither the flags nor the run name one. */
  readonly backend?: string | undefined;
  /** The origin of the base, for messages. */
  readonly from?: string;
}

/**
 * Reads the run that the flags describe: the file, or else a base, then the flags.
 * @throws BENCH_CONFIG, BENCH_ROUTER_SPEC, BENCH_SET, MOE_OPTIONS, every mistake at once
 */
export async function readSpec(
  flags: SpecFlags,
  { base, backend, from = '', ...context }: SpecBase,
): Promise<RunSpec> {
  const { config: file, steps, data: source, tokenizer, set = [], ...keys } = flags;
  const loaded = file === undefined ? undefined : await loadConfig(file, process.cwd());
  const config = overDefaults(overDefaults({ backend }, loaded?.config ?? base), keys);
  config['training'] = over(config['training'], { steps });
  config['data'] = over(config['data'], { source, tokenizer });
  const errors: MoekitError[] = [];
  const settings = parseSettings(set, errors);
  const chosen = setRun(config, settings, { flags: placesOf(flags), errors });
  const said = ['task', 'router', 'seed', 'backend'].filter((key) => key in keys);
  const origin = {
    name: file === undefined ? `the run${from}` : `config ${file}`,
    at: withoutFlags(loaded?.at, [...said, ...settings.map(({ path }) => path.split('.')[0]!)]),
    flags: said,
  };
  return readRunSpec(chosen, origin, { ...context, before: errors });
}

/** Where flags put their values, which `--set` may then not name too. */
const PLACES = {
  task: 'task',
  data: 'data.source',
  tokenizer: 'data.tokenizer',
  router: 'router',
  steps: 'training.steps',
  seed: 'seed',
  backend: 'backend',
} as const;

function placesOf(flags: SpecFlags): Readonly<Record<string, string>> {
  const given = Object.entries(PLACES).filter(
    ([key]) => flags[key as keyof SpecFlags] !== undefined,
  );
  const options = flags.router === undefined ? {} : parseRouter(flags.router).options;
  return Object.fromEntries([
    ...given.map(([key, path]) => [path, `--${key}`]),
    ...Object.keys(options).map((key) => [`router.options.${key}`, `--router ${flags.router}`]),
  ]) as Record<string, string>;
}
