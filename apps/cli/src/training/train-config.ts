import { dirname, relative, resolve } from 'node:path';

import { BACKEND_NAMES } from '@moekit/backends';
import { isPath, loadConfig, parseRouter, readRow } from '@moekit/bench';
import { parseOptions, unknownOption } from '@moekit/core';
import { largestBatchSize, smallBatchSize, smallTraining } from '@moekit/models';
import { z } from 'zod';

import { defined, over } from '../given.js';
import { setPath } from './set-path.js';

const count = z.int().min(1);
const settings = z.record(z.string(), z.json());

/** What is absent is `smallTraining`'s; `parseTrainOptions` checks the values. */
const training = {
  batchSize: count.max(largestBatchSize).default(smallBatchSize),
  steps: count.default(smallTraining.steps),
  learningRate: z.number().optional(),
  warmupSteps: z.number().optional(),
  finalLearningRate: z.number().optional(),
  weightDecay: z.number().optional(),
  clipNorm: z.number().optional(),
  evaluateEvery: z.number().optional(),
  evaluationBatches: z.number().optional(),
};

const router = { router: z.string().min(1), options: settings.default({}) };

const shape = {
  task: z.string().min(1).default('lm'),
  /** `data` and `model` are the task's own, checked by its schema. */
  data: settings.default({}),
  model: settings.default({}),
  /** `dense`, or a router as `moekit bench` names one. */
  router: strict(router).prefault({ router: 'threshold' }),
  /** The experts of an MoE layer have the parameters of so many dense feed-forward layers. */
  expertParameters: count.default(8),
  training: strict(training).prefault({}),
  /** Of the weights, the order of the data and the routers' noise. */
  seed: z.int().min(0).max(0x7fffffff).default(1),
  backend: z.enum(BACKEND_NAMES).default('auto'),
};

const schema = strict(shape);

/** A key that nobody knows is told together with those that exist. */
function strict<Shape extends z.ZodRawShape>(keys: Shape) {
  return z.strictObject(keys, { error: unknownOption(keys) });
}

/** What one training run is: a row and a seed of an experiment. */
export type TrainConfig = z.output<typeof schema>;

/** Flags that stand for keys of the configuration. */
export interface ConfigFlags {
  readonly config?: string;
  readonly task?: string;
  /** `data.source` and `data.tokenizer`. */
  readonly data?: string;
  readonly tokenizer?: string;
  readonly router?: string;
  readonly steps?: number;
  readonly seed?: number;
  readonly backend?: string;
  /** `a.b=value`, later ones over earlier ones. */
  readonly set?: readonly string[];
}

/**
 * The configuration that the flags describe: a base (what a checkpoint says), the file, then the flags.
 * @throws BENCH_CONFIG, BENCH_ROUTER_SPEC, MOE_OPTIONS naming each wrong key
 */
export async function readTrainConfig(
  flags: ConfigFlags,
  base: Readonly<Record<string, unknown>> = {},
): Promise<TrainConfig> {
  const { config: file, steps, data: source, tokenizer, set = [], ...keys } = flags;
  const config = file === undefined ? { ...base } : await readFile(file);
  Object.assign(config, defined(keys));
  config['training'] = over(config['training'], { steps });
  config['data'] = over(config['data'], { source, tokenizer });
  const chosen = set.reduce((at, text) => withRow(setPath(at, text)), withRow(config));
  return parseOptions(schema, chosen, file === undefined ? 'the run' : `config ${file}`);
}

/** A router written as text becomes a name with options, which `--set router.options.k=2` then finds. */
function withRow(config: Record<string, unknown>): Record<string, unknown> {
  return config['router'] === undefined ? config : { ...config, router: readRow(config['router']) };
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
