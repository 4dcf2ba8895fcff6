import { relative } from 'node:path';

import type { PluginRegistry, TrialEngine } from '@moekit/bench';
import {
  addTrialSinks,
  createContainer,
  extendRegistry,
  parts,
  processEngine,
  registryOf,
} from '@moekit/bench';
import { bind, createToken, resolveBinding } from '@moekit/core/di';
import type { DependencyContainer } from 'tsyringe';

import type { ParsedConfig } from './config/config-schema.js';
import type { FoundConfig } from './config/read-config.js';
import { readConfig } from './config/read-config.js';
import { userSink } from './config/user-sink.js';
import { fail } from './errors.js';
import { say } from './output/terminal.js';
import { builtInRouters } from './routers/built-in-routers.js';
import type { TrainOutput } from './training/sinks.js';
import { eventLogSink, screenSink, tensorboardSink } from './training/sinks.js';
import { WORKER } from './worker-entry.js';

/** The settings of commands where neither flags nor a --config file give any. */
export interface Defaults extends Readonly<ParsedConfig['defaults']> {
  /** The file that has them. */
  readonly file?: string;
}

/** Where an experiment or a run comes from, for messages; nothing where moekit itself has the defaults. */
export function originOf(own: Defaults, key: 'bench' | 'train'): string {
  const file = own[key] && own.file && relative(process.cwd(), own.file);
  return file ? `, which starts from defaults.${key} of ${file},` : '';
}

export const defaults = createToken<Defaults>('moekit/defaults');

/** Where a run of `moekit train` writes; bound in the container of the run. */
export const trainOutput = createToken<TrainOutput>('moekit/train-output');

/**
 * The application as every command finds it: moekit's parts, and those of the nearest `moekit.config.ts`.
 * @throws CLI_CONFIG, MOE_OPTIONS, BENCH_CONFIG for a wrong one
 */
export async function composeApplication(): Promise<DependencyContainer> {
  const config = await readConfig();
  const application = compose(config);
  const local = processEngine(WORKER);
  const engine = config?.engine ? engineOf(config.engine, local) : local;
  bind(application, parts.engine, () => engine);
  bind(application, defaults, () => ({
    ...config?.defaults,
    ...(config && { file: config.file }),
  }));
  const output = (run: DependencyContainer) => resolveBinding(run, trainOutput);
  bind(application, parts.sinks, (run) => eventLogSink(output(run)));
  bind(application, parts.sinks, (run) => tensorboardSink(output(run)));
  bind(application, parts.sinks, (run) => screenSink(output(run)));
  bindUserSinks(application, config);
  return application;
}

/** @throws CLI_CONFIG where the configuration's engine is none */
function engineOf(make: NonNullable<ParsedConfig['engine']>, local: TrialEngine): TrialEngine {
  const refused = (got: string, cause?: unknown) =>
    fail('CLI_CONFIG', {
      asked: 'The engine of a moekit.config must be a function that gives a function',
      got,
      fix: 'Write: engine: (local) => (job, limits) => local(job, limits)',
      cause,
    });
  let engine: unknown;
  try {
    engine = make(local);
  } catch (cause) {
    throw refused(`an error: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  if (typeof engine === 'function') return engine as TrialEngine;
  throw refused(engine instanceof Promise ? 'a promise' : String(engine));
}

/** The application in the process of a trial, whose events go to its report. */
export async function composeWorker(): Promise<DependencyContainer> {
  const config = await readConfig();
  const application = compose(config);
  addTrialSinks(application);
  bindUserSinks(application, config);
  return application;
}

function compose(config: FoundConfig | undefined): DependencyContainer {
  const builtIn = builtInPlugins();
  const registry = config ? extendRegistry(builtIn, config, config) : builtIn;
  const application = createContainer(registry);
  bind(application, parts.warn, () => (message) => say(`warning: ${message}\n`));
  return application;
}

function bindUserSinks(application: DependencyContainer, config: FoundConfig | undefined): void {
  for (const [index, make] of (config?.sinks ?? []).entries()) {
    const name = `sink ${index + 1} of moekit.config`;
    bind(application, parts.sinks, (run) => userSink(make, { run, name }));
  }
}

/** The plug-ins that come with the command line, under their own names. */
export function builtInPlugins(): PluginRegistry {
  return registryOf(Object.values(builtInRouters).flat());
}
