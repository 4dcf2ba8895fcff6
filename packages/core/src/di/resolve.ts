import 'reflect-metadata';
import type { DependencyContainer } from 'tsyringe';

import { fail } from '../errors.js';
import { MoELayer } from '../layer/moe-layer.js';
import type { Bindings } from './tokens.js';
import { tokens } from './tokens.js';

/**
 * The binding of a name in the container, or in a parent of it.
 * @throws MOE_DI_MISSING naming the binding
 */
export function resolveBinding<Name extends keyof Bindings>(
  container: DependencyContainer,
  name: Name,
): Bindings[Name] {
  if (!container.isRegistered(tokens[name], true)) {
    throw fail('MOE_DI_MISSING', {
      asked: `The container has no binding for ${name}`,
      fix: `Call registerDefaults(container, ...), or bind(container, '${name}', () => ...).`,
    });
  }
  return container.resolve(tokens[name]);
}

/**
 * Composes an MoE layer of the container's router, experts and kernels, and of its shared expert where one is bound.
 * @throws MOE_DI_MISSING, MOE_SPEC      Ownership: the layer's variables belong to the container's trial.
 */
export function resolveLayer(container: DependencyContainer): MoELayer {
  const shared = container.isRegistered(tokens.sharedExpert, true);
  return new MoELayer({
    router: resolveBinding(container, 'router'),
    experts: resolveBinding(container, 'experts'),
    kernels: resolveBinding(container, 'kernels'),
    ...(shared && { sharedExpert: resolveBinding(container, 'sharedExpert') }),
  });
}
