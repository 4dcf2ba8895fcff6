import { describeValue } from '@moekit/kernels';
import type { RouterPlugin } from '@moekit/core';
import { createRouter, FeedForwardExperts, MoELayer, parseOptions } from '@moekit/core';
import type { Tokenizer } from '@moekit/data';
import { huggingFaceTokenizer } from '@moekit/data';
import { z } from 'zod';

import type { LanguageModel, LanguageModelConfig, MoEFactory } from '../../contract.js';
import { fail } from '../../errors.js';
import { strict } from '../../strict.js';
import { createLanguageModel, parseModelConfig } from '../../transformer/language-model.js';
import { parseStrictJson } from '../checkpoint/strict-json.js';
import { assertRoom } from './assert-room.js';
import { restoreTensors } from '../checkpoint/restore-tensors.js';
import { stateTensors } from '../checkpoint/state-tensors.js';
import type { ReadRun } from './read-run.js';
import { readRun } from './read-run.js';

export interface LoadRunOptions {
  /** Where the run's router is looked for by its name: a checkpoint loads no code. Default: none, for dense models. */
  readonly routers?: readonly RouterPlugin[];
}

/** A trained language model, ready to read and write. */
export interface LoadedRun {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  /** Sizes of the model, and the vocabulary's. */
  readonly config: LanguageModelConfig;
  /** The router as it was trained, null for a dense model. */
  readonly router: {
    readonly name: string;
    readonly options: Readonly<Record<string, unknown>>;
  } | null;
  /** Steps that it was trained for. */
  readonly step: number;
  /** Disposes the model. */
  dispose(): void;
}

const optionsSchema = strict({
  routers: z
    .array(z.custom<RouterPlugin>((plugin) => isText(Object(plugin).name), 'expected plug-ins'))
    .default([]),
});

const isText = (value: unknown) => typeof value === 'string';

const count = z.int().min(1);

/** The members of a checkpoint that a language model is built from; the others are another's. */
const configSchema = z.object({
  task: z.string(),
  model: z.record(z.string(), z.unknown()),
  router: z.object({ router: z.string(), options: z.record(z.string(), z.unknown()) }),
  experts: z
    .object({ numExperts: count, expertWidth: count, sharedWidth: count.optional() })
    .nullable(),
  seed: z.int(),
});

type RunConfig = z.output<typeof configSchema>;

/**
 * Loads a trained language model with its tokenizer, in Node and in a page; no data is read.
 *
 *     const { model, tokenizer } = await loadRun('my-run', { routers: topKRouters });
 *
 * @param folder a checkpoint by path or address; in Node also a run's folder, whose last whole checkpoint is loaded
 * @throws MODELS_RUN where it is not of a language model or its router is not among those given, MODELS_CHECKPOINT_* where it
 *   is missing or damaged, DATA_TOKENIZER, MOE_OPTIONS
 */
export async function loadRun(
  folder: string | URL,
  options: LoadRunOptions = {},
): Promise<LoadedRun> {
  assertCheckpoint(folder);
  const { routers } = parseOptions(optionsSchema, options, 'loadRun');
  const read = await readRun(folder);
  const config = parseOptions(configSchema, read.manifest.config, 'the run in the checkpoint');
  if (config.task !== 'lm') throw notText(config.task);
  const tokenizer = tokenizerOf(read);
  const { model: sizes, seed } = config;
  const described = { ...sizes, vocabSize: tokenizer.vocabSize, seed } as LanguageModelConfig;
  assertRoom(parseModelConfig(described), config.experts, read.tensors);
  const model = createLanguageModel(described, factoryOf(config, described, routers));
  try {
    await restoreTensors(read.tensors, stateTensors(model), false);
  } catch (error) {
    model.dispose();
    throw error;
  }
  const { router: name, options: ofRouter } = config.router;
  return {
    model,
    tokenizer,
    config: model.config,
    router: config.experts && { name, options: ofRouter },
    step: read.manifest.step,
    dispose: () => model.dispose(),
  };
}

function assertCheckpoint(checkpoint: unknown): void {
  if (checkpoint instanceof URL || (typeof checkpoint === 'string' && checkpoint !== '')) return;
  throw fail('MODELS_RUN', {
    asked: 'loadRun needs the folder or the address of a run',
    got: describeValue(checkpoint),
    fix: "Pass a path or a URL, such as loadRun('runs/first', { routers: topKRouters }).",
  });
}

function tokenizerOf({ tokenizer, manifest }: ReadRun): Tokenizer {
  const { tokenizer: name } = Object(manifest.config['data']) as { readonly tokenizer?: string };
  const file = parseStrictJson(tokenizer, 'The tokenizer.json of a checkpoint');
  return huggingFaceTokenizer(file as never, name ?? 'tokenizer.json');
}

/** The MoE layers as they were trained; none for a dense model. */
function factoryOf(
  { router: { router: name, options }, experts }: RunConfig,
  { activation }: LanguageModelConfig,
  routers: readonly RouterPlugin[],
): MoEFactory | undefined {
  if (!experts) return undefined;
  const { numExperts, expertWidth, sharedWidth } = experts;
  const plugin = routers.find((router) => router.name === name);
  if (!plugin) throw unknownRouter(name, routers);
  return ({ modelWidth, seed }) => {
    const sizes = { modelWidth, numExperts, seed };
    const ofAll = { modelWidth, activation, seed, numExperts: 1 };
    return new MoELayer({
      router: createRouter(plugin, sizes, options),
      experts: new FeedForwardExperts({ ...sizes, expertWidth, activation }),
      ...(sharedWidth !== undefined && {
        sharedExpert: new FeedForwardExperts({ ...ofAll, expertWidth: sharedWidth }),
      }),
    });
  };
}

function notText(task: string) {
  return fail('MODELS_RUN', {
    asked: 'loadRun loads language models, which the task lm trains',
    got: `a run of task ${task}`,
    fix: 'Train one with moekit train --task lm.',
  });
}

function unknownRouter(name: string, routers: readonly RouterPlugin[]) {
  const given = routers.map((router) => router.name).join(', ') || 'none';
  return fail('MODELS_RUN', {
    asked: `The run was trained with the router ${name}, which loadRun has to be given: a checkpoint loads no code`,
    got: `the routers ${given}`,
    fix: 'Pass the plug-in in { routers: [...] }.',
  });
}
