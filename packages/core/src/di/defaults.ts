import 'reflect-metadata';
import { defaultKernels } from '@moekit/kernels';
import type { DependencyContainer } from 'tsyringe';

import type { RouterPlugin } from '../contract/plugin.js';
import type { RouterSpec } from '../contract/router.js';
import type { FeedForwardOptions } from '../experts/feed-forward.js';
import { FeedForwardExperts } from '../experts/feed-forward.js';
import { createRouter } from '../contract/create-router.js';
import { createRng } from '../contract/rng.js';
import { silentTelemetry } from '../telemetry.js';
import { bind } from './bind.js';
import { resolveBinding } from './resolve.js';

export interface DefaultsOptions {
  /** Sizes and seed that router, experts and rng are made from. */
  readonly spec: RouterSpec;
  readonly router: RouterPlugin;
  /** Unknown input, validated when the router is first asked for. */
  readonly routerOptions?: unknown;
  /** Width and kind of the plain feed-forward experts. */
  readonly experts: Pick<FeedForwardOptions, 'expertWidth'> &
    Partial<Pick<FeedForwardOptions, 'activation' | 'bias' | 'init'>>;
}

/**
 * Binds router, experts, kernels, telemetry sink and rng in one call. Override any of them afterwards with `bind`,
 * here or in a child container; the others pick it up.
 */
export function registerDefaults(
  container: DependencyContainer,
  { spec, router, routerOptions, experts }: DefaultsOptions,
): void {
  bind(container, 'kernels', () => defaultKernels);
  bind(container, 'telemetrySink', () => silentTelemetry);
  bind(container, 'rng', () => createRng(spec.seed).fork('steps'));
  bind(container, 'router', () => createRouter(router, spec, routerOptions));
  bind(
    container,
    'experts',
    (asking) =>
      new FeedForwardExperts({
        ...spec,
        ...experts,
        kernels: resolveBinding(asking, 'kernels'),
      }),
  );
}
