import { assertKinds } from '@moekit/core';
import type { ExperimentInput, RunInfo, RunSpecInput, TrialEngine } from '@moekit/bench';
import type { RouterPlugin } from '@moekit/core';
import type { TaskPlugin, TelemetrySink } from '@moekit/models';

export type { RunInfo, TrialEngine } from '@moekit/bench';
export type { TelemetrySink, TelemetryStart, TrainEvent } from '@moekit/models';

/** Makes the sink of one run; null for none. */
export type SinkFactory = (run: RunInfo) => TelemetrySink | null | Promise<TelemetrySink | null>;

/**
 * A user's own parts and defaults, default-exported by `moekit.config.ts` (or .mts, .js, .mjs). `moekit` takes the
 * nearest such file, in the working directory or above it. File names in it count from its own folder.
 */
export interface Config {
  /**
   * Routers by name, for `--routers mine?k=2` and for the rows of experiments: a file (`./routers/mine.ts#mine`), an
   * installed package, or the plug-in itself. The hash of its code is in results and checkpoints: that of the file, and
   * for a plug-in given itself that of this file with all that it imports.
   */
  readonly routers?: Readonly<Record<string, string | RouterPlugin>>;
  /** Tasks by name, for `--task mine`. */
  // a task plug-in is contravariant in its options: only `any` takes them all
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly tasks?: Readonly<Record<string, string | TaskPlugin<any, any>>>;
  /**
   * Receive the events of each run: of `moekit train`, and of every trial of bench and sweep in the process of the
   * trial. A sink that throws, or takes over half a minute to open, sync or close, is a warning; the run continues without it.
   */
  readonly sinks?: readonly SinkFactory[];
  /** Runs the trials of bench and sweep. @param local moekit's own: a process of this machine for each trial */
  readonly engine?: (local: TrialEngine) => TrialEngine;
  /** The settings of commands where neither flags nor a --config file give any. */
  readonly defaults?: {
    readonly backend?: 'auto' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';
    /** Trials at once. */
    readonly workers?: number;
    /** Seconds of silence that end a trial. */
    readonly timeout?: number;
    /** The experiment of `moekit bench` without --config. */
    readonly bench?: ExperimentInput;
    /** The run of `moekit train` without --config. */
    readonly train?: RunSpecInput;
  };
}

/** Gives back a configuration, for its types: `export default defineConfig({ ... })`. */
export function defineConfig(config: Config): Config {
  assertKinds(
    'defineConfig',
    { config },
    { config: 'object' },
    'Pass an object: { routers, tasks, sinks, defaults }.',
  );
  return config;
}
