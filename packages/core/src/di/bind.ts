import 'reflect-metadata';
import type { DependencyContainer } from 'tsyringe';
import { instancePerContainerCachingFactory } from 'tsyringe';

import { assertWord } from '../arguments/assert-arguments.js';
import type { Bindings } from './tokens.js';
import { tokens } from './tokens.js';

/**
 * Binds a part under its name; the last binding wins, and a child container's wins over its parent's.
 * @param make runs once for each container that asks, on first use: two trials never share what it returns
 */
export function bind<Name extends keyof Bindings>(
  container: DependencyContainer,
  name: Name,
  make: (container: DependencyContainer) => Bindings[Name],
): void {
  assertWord('The name of a binding', name, Object.keys(tokens));
  container.register<Bindings[Name]>(tokens[name], {
    useFactory: instancePerContainerCachingFactory(make),
  });
}

/** A child container for one trial: inherits every binding, shares no instance that was made with `bind`. */
export function createTrialContainer(parent: DependencyContainer): DependencyContainer {
  return parent.createChildContainer();
}
