import 'reflect-metadata';
import type { Kernels } from '@moekit/kernels';
import type { InjectionToken } from 'tsyringe';

import type { Experts } from '../contract/experts.js';
import type { Router } from '../contract/router.js';
import type { DataSource } from '../data-source.js';
import type { Rng } from '../contract/rng.js';
import type { TelemetrySink } from '../telemetry.js';

/** The parts of an application that a container can hold, each under a typed token. */
export interface Bindings {
  readonly router: Router;
  readonly experts: Experts;
  /** Unbound unless the application binds one. */
  readonly sharedExpert: Experts;
  readonly kernels: Kernels;
  readonly telemetrySink: TelemetrySink;
  /** No default: data is the application's own. */
  readonly dataSource: DataSource;
  readonly rng: Rng;
}

/** Symbols from the global registry, so that two copies of this package agree on them. */
export const tokens: { readonly [Name in keyof Bindings]: InjectionToken<Bindings[Name]> } = {
  router: Symbol.for('@moekit/core/router'),
  experts: Symbol.for('@moekit/core/experts'),
  sharedExpert: Symbol.for('@moekit/core/shared-expert'),
  kernels: Symbol.for('@moekit/core/kernels'),
  telemetrySink: Symbol.for('@moekit/core/telemetry-sink'),
  dataSource: Symbol.for('@moekit/core/data-source'),
  rng: Symbol.for('@moekit/core/rng'),
};
