import { beforeAll, describe, it } from 'vitest';

import type { RouterPlugin } from '../contract/plugin.js';
import { assertPlugin } from '../contract/plugin.js';
import type { RouterCheckName } from './checks/table.js';
import { routerChecks } from './checks/table.js';
import type { Subject } from './subject.js';
import { useBackend } from './use-backend.js';

export interface RouterTestSettings {
  /** Heading of the suite; default the plug-in's name. */
  readonly name?: string;
  /** D, default 16. */
  readonly modelWidth?: number;
  /** E, default 4. */
  readonly numExperts?: number;
  /** Default 3. */
  readonly seed?: number;
  /** Default ['cpu']; import the others' packages in the test file. */
  readonly backends?: readonly string[];
  /** False for routers to which a token's position matters by design. */
  readonly permutationEquivariant?: boolean;
  /** Checks that do not apply, each with the reason; they show up as skipped. */
  readonly skip?: Readonly<Partial<Record<RouterCheckName, string>>>;
}

/**
 * Registers the conformance suite of one router with vitest: the executable form of the contract.
 *
 *     import '@tensorflow/tfjs';
 *     import { testRouter } from '@moekit/core/testing';
 *     import router from './my-router.js';
 *     testRouter(router, { k: 2 });
 *
 * @param options of the router, as a user would write them; every check but `options` uses them
 */
export function testRouter<Options, Input>(
  plugin: RouterPlugin<Options, Input>,
  options?: Input,
  settings: RouterTestSettings = {},
): void {
  assertPlugin(plugin, 'The plug-in of testRouter');
  const { modelWidth = 16, numExperts = 4, seed = 3, backends = ['cpu'] } = settings;
  const subject: Subject = {
    plugin: plugin as RouterPlugin,
    options,
    spec: { modelWidth, numExperts, seed },
  };
  const skip = skipped(settings);
  for (const backend of backends) {
    describe(`router ${settings.name ?? plugin.name} on ${backend}`, () => {
      beforeAll(() => useBackend(backend));
      for (const { name, why, run } of routerChecks) {
        const reason = skip[name];
        if (reason !== undefined) it.skip(`${name}: skipped, ${reason}`, () => undefined);
        else it(`${name}: ${why}`, () => run(subject));
      }
    });
  }
}

function skipped({ skip = {}, permutationEquivariant = true }: RouterTestSettings) {
  const known = routerChecks.map(({ name }): string => name);
  const unknown = Object.keys(skip).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `skip names ${unknown}, which is not a check. The checks are ${known.join(', ')}.`,
    );
  }
  return permutationEquivariant
    ? skip
    : { permutation: 'positions matter to this router', ...skip };
}
