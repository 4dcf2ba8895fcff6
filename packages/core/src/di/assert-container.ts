import { assertKinds } from '../arguments/assert-kinds.js';

/** @throws MOE_OPTIONS unless the value is a tsyringe container */
export function assertContainer(what: string, container: unknown): void {
  assertKinds(what, container, {
    isRegistered: 'function',
    register: 'function',
    resolve: 'function',
    createChildContainer: 'function',
  });
}
