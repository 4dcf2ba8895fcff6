import { assertKinds } from '@moekit/core';

/** @throws MOE_OPTIONS unless the value has routers and tasks by name */
export function assertRegistry(what: string, registry: unknown): void {
  const fix = 'Pass registryOf([...topKRouters, mine]), say.';
  assertKinds(`The registry of ${what}`, registry, { routers: 'object', tasks: 'object' }, fix);
}

/** @throws MOE_OPTIONS unless an argument is a text */
export function assertText(what: string, argument: string, text: unknown): void {
  assertKinds(what, { [argument]: text }, { [argument]: 'text' }, 'Pass a string.');
}
