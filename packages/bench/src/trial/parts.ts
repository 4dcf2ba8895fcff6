import type { StartedBackend } from '@moekit/backends';
import { createToken } from '@moekit/core/di';
import type { TelemetrySink } from '@moekit/models';
import type { CheckpointFolder, Retention } from '@moekit/models/node';

import type { PluginRegistry } from '../plugins/registry.js';
import type { RunSpec } from '../spec/run-spec.js';
import type { TrialEngine } from './engine.js';
import type { Progress } from './messages.js';
import type { Recorder } from './recorder.js';

/** The time; seconds count from anywhere, and never jump. */
export interface Clock {
  now(): Date;
  seconds(): number;
}

/** A run as its sinks see it. */
export interface RunInfo {
  /** The row of a trial (`threshold`, `topk?k=2 [training.steps=100]`), or the router of a run by itself. */
  readonly label: string;
  /** Everything that decides the run: task, data, model, router, training, seed. */
  readonly spec: RunSpec;
  /** The one that was started. */
  readonly backend: string;
}

/** The parts of which commands, runs and trials are composed; those of a layer are `tokens` of @moekit/core/di. */
export const parts = {
  registry: createToken<PluginRegistry>('@moekit/bench/registry'),
  /** Starts a backend; its `versions` are all that the results of this process depend on. */
  startBackend: createToken<(asked: string) => Promise<StartedBackend>>('@moekit/bench/backend'),
  engine: createToken<TrialEngine>('@moekit/bench/engine'),
  checkpoints: createToken<(folder: string, retention?: Retention) => CheckpointFolder>(
    '@moekit/bench/checkpoints',
  ),
  clock: createToken<Clock>('@moekit/bench/clock'),
  /** Many: each receives the events of every run. */
  sinks: createToken<TelemetrySink>('@moekit/bench/sinks'),
  /** Receives what a user must hear of and no run fails by. */
  warn: createToken<(message: string) => void>('@moekit/bench/warn'),
  /** In the container of a run. */
  run: createToken<RunInfo>('@moekit/bench/run'),
  /** In the container of a trial: what its report shows. */
  recorder: createToken<Recorder>('@moekit/bench/recorder'),
  /** In the container of a trial: receives how far it is. */
  progress: createToken<(progress: Progress) => void>('@moekit/bench/progress'),
} as const;
