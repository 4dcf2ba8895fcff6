import { dirname, relative, resolve } from 'node:path';

import type { RunSpec } from '@moekit/bench';
import {
  isPath,
  loadConfig,
  parseRouter,
  parseSettings,
  runSpecSchema,
  setRun,
} from '@moekit/bench';
import { parseOptions } from '@moekit/core';

import { defined, over } from '../given.js';

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

/**
 * Reads the run that the flags describe: a base (what a checkpoint says), the file, then the flags.
 * @throws BENCH_CONFIG, BENCH_ROUTER_SPEC, BENCH_SET, MOE_OPTIONS naming each wrong key
 */
export async function readSpec(
  flags: SpecFlags,
  base: Readonly<Record<string, unknown>> = {},
): Promise<RunSpec> {
  const { config: file, steps, data: source, tokenizer, set = [], ...keys } = flags;
  const config = file === undefined ? { ...base } : await readFile(file);
  Object.assign(config, defined(keys));
  config['training'] = over(config['training'], { steps });
  config['data'] = over(config['data'], { source, tokenizer });
  const chosen = setRun(config, parseSettings(set));
  return parseOptions(runSpecSchema, chosen, file === undefined ? 'the run' : `config ${file}`);
}

/** A router file in a configuration counts from the configuration's own folder. */
async function readFile(file: string): Promise<Record<string, unknown>> {
  const config = { ...(await loadConfig(file, process.cwd())) };
  const { router } = config;
  const rebase = (text: string) => {
    const near = relative(process.cwd(), resolve(dirname(file), text));
    return isPath(near) ? near : `./${near}`;
  };
  const named = (router as { router?: unknown } | null | undefined)?.router;
  if (typeof router === 'string' && isPath(parseRouter(router).router)) {
    config['router'] = rebase(router);
  } else if (typeof named === 'string' && isPath(named)) {
    config['router'] = { ...(router as object), router: rebase(named) };
  }
  return config;
}
