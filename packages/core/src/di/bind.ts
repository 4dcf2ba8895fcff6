import 'reflect-metadata';
import type { DependencyContainer } from 'tsyringe';
import { instancePerContainerCachingFactory } from 'tsyringe';

import { assertKinds } from '../arguments/assert-kinds.js';
import { assertContainer } from './assert-container.js';
import { assertToken } from './assert-token.js';
import type { Token } from './token.js';

/**
 * Binds a part under its token. `resolveBinding` gives the last that was bound, `resolveBindings` gives all of them; the
 * bindings of a child container hide its parent's.
 * @param make runs once for each container that asks, on first use: two runs never share what it returns
 */
export function bind<Part>(
  container: DependencyContainer,
  token: Token<Part>,
  make: (container: DependencyContainer) => NoInfer<Part>,
): void {
  assertContainer('bind', container);
  assertToken(token);
  assertKinds('bind', { make }, { make: 'function' });
  container.register<Part>(token, { useFactory: instancePerContainerCachingFactory(make) });
}

/** A child container for one run: it inherits every binding, and shares no instance that was made with `bind`. */
export function createRunContainer(parent: DependencyContainer): DependencyContainer {
  assertContainer('createRunContainer', parent);
  return parent.createChildContainer();
}
