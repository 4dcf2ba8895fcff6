import type { AdapterSummary } from '@moekit/kernels/dawn';

import type { InstalledBackend } from '../tensorflow/list-installed.js';

/** Tells whether a module can be imported from here. */
export type Resolves = (module: string) => boolean;

/** The parts of a machine that decide which backends it has. */
export interface Machine {
  readonly resolves: Resolves;
  /** The TensorFlow that `moekit backend install` made, if there is one. */
  readonly installed: InstalledBackend | null;
  /** The adapter of WebGPU (`probeAdapter`); undefined where it is unknown. */
  readonly adapter: AdapterSummary | undefined;
}

/** Facts about a backend, found without starting it. */
export interface Finding {
  /** Its packages can be imported. */
  readonly found: boolean;
  /** A router can be trained on it here. */
  readonly usable: boolean;
  /** The reason, in words. */
  readonly reason: string;
  /** The command that installs it; empty where it is found. */
  readonly howToGet: string;
  /** The module that registers it. */
  readonly module: string | null;
  /** The folder of one that `moekit backend install` made. */
  readonly installed?: InstalledBackend;
  /** Place among the usable ones for `auto`; lower is better. */
  readonly rank: number;
}

/** Everything that differs between backends outside the kernels. */
export interface Backend<Name extends string = string> {
  /** As TensorFlow.js names it. */
  readonly name: Name;
  find(machine: Machine): Finding;
  /** Further facts that a result depends on, besides package versions; none by default. Starts nothing. */
  describe?(finding: Finding): Promise<Record<string, string>>;
  /**
   * Registers it with TensorFlow.js.
   * @returns as `describe`, of what was loaded      @throws whatever its packages throw
   */
  load?(finding: Finding): Promise<Record<string, string>>;
  /** Runs once the backend is current and has the kernels. */
  started?(): Promise<void>;
}
