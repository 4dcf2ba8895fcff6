import type { StartedBackend } from '@moekit/backends';
import { startBackend } from '@moekit/backends';
import { createRng, defaultKernels } from '@moekit/core';
import { bind, resolveBinding, tokens } from '@moekit/core/di';
import { CheckpointFolder } from '@moekit/models/node';
import type { DependencyContainer } from 'tsyringe';
import { container as root } from 'tsyringe';

import type { PluginRegistry } from '../plugins/registry.js';
import { Recorder } from './recorder.js';
import { readVersions } from '../versions/read-versions.js';
import { parts } from './parts.js';

/** A container with moekit's own parts, for an application to add its own to; `engine` is left to it. */
export function createContainer(registry: PluginRegistry): DependencyContainer {
  const container = root.createChildContainer();
  bind(container, parts.registry, () => registry);
  bind(container, parts.startBackend, () => startWithVersions);
  bind(
    container,
    parts.checkpoints,
    () =>
      (...given) =>
        new CheckpointFolder(...given),
  );
  bind(container, parts.clock, () => systemClock);
  bind(container, parts.warn, () => () => undefined);
  bind(container, tokens.kernels, () => defaultKernels);
  bind(container, tokens.rng, (run) => createRng(resolveBinding(run, parts.run).spec.seed));
  return container;
}

/** Adds the sinks of trials: the recorder that the report shows, and the progress that is shown meanwhile. */
export function addTrialSinks(container: DependencyContainer): void {
  bind(container, parts.progress, () => () => undefined);
  bind(container, parts.recorder, () => new Recorder());
  bind(container, parts.sinks, (run) => resolveBinding(run, parts.recorder));
  bind(container, parts.sinks, (run) => {
    const show = resolveBinding(run, parts.progress);
    const recorder = resolveBinding(run, parts.recorder);
    return {
      write: () => {
        const progress = recorder.progress();
        if (progress) show(progress);
      },
    };
  });
}

/** Reads versions when they are asked for: a trial asks for none, and those of a clone hash all its code. */
async function startWithVersions(asked: string): Promise<StartedBackend> {
  const { name, versions } = await startBackend(asked);
  return {
    name,
    get versions() {
      return { ...readVersions(), ...versions };
    },
  };
}

const systemClock = {
  now: () => new Date(),
  seconds: () => performance.now() / 1000,
};
