import 'reflect-metadata';
import type { DependencyContainer } from 'tsyringe';

import { fail } from '../errors.js';
import { MoELayer } from '../layer/moe-layer.js';
import { assertContainer } from './assert-container.js';
import { assertToken } from './assert-token.js';
import type { Token } from './token.js';
import { tokens } from './tokens.js';

/**
 * The last binding of a token in the container, or in a parent of it.
 * @throws MOE_DI_MISSING naming the token
 */
export function resolveBinding<Part>(container: DependencyContainer, token: Token<Part>): Part {
  assertContainer('resolveBinding', container);
  assertToken(token);
  if (!container.isRegistered(token, true)) {
    throw fail('MOE_DI_MISSING', {
      asked: `The container has no binding for ${token.description}`,
      fix: 'Call bind(container, token, () => ...).',
    });
  }
  return container.resolve<Part>(token);
}

/** The last binding of a token; undefined where there is none. */
export function resolveOptional<Part>(
  container: DependencyContainer,
  token: Token<Part>,
): Part | undefined {
  assertContainer('resolveOptional', container);
  assertToken(token);
  return container.isRegistered(token, true) ? container.resolve<Part>(token) : undefined;
}

/** Every binding of a token, in the order they were bound; none where there are none. */
export function resolveBindings<Part>(
  container: DependencyContainer,
  token: Token<Part>,
): readonly Part[] {
  assertContainer('resolveBindings', container);
  assertToken(token);
  return container.isRegistered(token, true) ? container.resolveAll<Part>(token) : [];
}

/**
 * Composes an MoE layer of the container's router and experts, and of its kernels and its shared expert where they are
 * bound. Ownership: the layer's variables belong to the caller.
 * @throws MOE_DI_MISSING, MOE_SPEC
 */
export function resolveLayer(container: DependencyContainer): MoELayer {
  const kernels = resolveOptional(container, tokens.kernels);
  const sharedExpert = resolveOptional(container, tokens.sharedExpert);
  return new MoELayer({
    router: resolveBinding(container, tokens.router),
    experts: resolveBinding(container, tokens.experts),
    ...(kernels && { kernels }),
    ...(sharedExpert && { sharedExpert }),
  });
}
