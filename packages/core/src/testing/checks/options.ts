import { isMoekitError } from '@moekit/kernels';

import { createRouter } from '../../contract/create-router.js';
import { assertPlugin } from '../../contract/plugin.js';
import type { Subject } from '../subject.js';
import { ensure } from '../violation.js';

/** Every option has a default, and what is not an option is refused by name. */
export function checkOptions({ plugin, spec }: Subject): void {
  assertPlugin(plugin);
  createRouter(plugin, spec, {}).dispose();
  createRouter(plugin, spec).dispose();
  for (const garbage of [{ noSuchOption: 1 }, 'garbage', 42]) {
    let thrown: unknown;
    try {
      createRouter(plugin, spec, garbage).dispose();
    } catch (error) {
      thrown = error;
    }
    ensure(isMoekitError(thrown) && thrown.code === 'MOE_OPTIONS', {
      asked: `Options ${JSON.stringify(garbage)} must be refused with MOE_OPTIONS`,
      got: thrown === undefined ? 'a router' : String(thrown),
      fix: 'Use a strict schema (z.strictObject): a misspelt option must not pass as a default.',
    });
  }
}
