import type { PluginRegistry } from '@moekit/bench';
import { addTrialSinks, createContainer, parts, processEngine, registryOf } from '@moekit/bench';
import { bind, createToken, resolveBinding } from '@moekit/core/di';
import { nullExpertRouters } from '@moekit/router-null-expert';
import { thresholdRouters } from '@moekit/router-threshold';
import { topKRouters } from '@moekit/router-topk';
import type { DependencyContainer } from 'tsyringe';

import { say } from './output/terminal.js';
import type { TrainOutput } from './training/sinks.js';
import { eventLogSink, screenSink, tensorboardSink } from './training/sinks.js';
import { WORKER } from './worker-entry.js';

/** Where a run of `moekit train` writes; bound in the container of the run. */
export const trainOutput = createToken<TrainOutput>('moekit/train-output');

/** The application as every command finds it: moekit's parts. */
export function composeApplication(): Promise<DependencyContainer> {
  const application = compose();
  bind(application, parts.engine, () => processEngine(WORKER));
  const output = (run: DependencyContainer) => resolveBinding(run, trainOutput);
  bind(application, parts.sinks, (run) => eventLogSink(output(run)));
  bind(application, parts.sinks, (run) => tensorboardSink(output(run)));
  bind(application, parts.sinks, (run) => screenSink(output(run)));
  return Promise.resolve(application);
}

/** The application in the process of a trial, whose events go to its report. */
export function composeWorker(): Promise<DependencyContainer> {
  const application = compose();
  addTrialSinks(application);
  return Promise.resolve(application);
}

function compose(): DependencyContainer {
  const application = createContainer(builtInPlugins());
  bind(application, parts.warn, () => (message) => say(`warning: ${message}\n`));
  return application;
}

/** The plug-ins that come with the command line: here, and nowhere below, concrete routers meet. */
export function builtInPlugins(): PluginRegistry {
  return registryOf([...topKRouters, ...thresholdRouters, ...nullExpertRouters]);
}
