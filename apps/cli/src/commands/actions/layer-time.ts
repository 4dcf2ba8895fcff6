import { isDense, layerTimeSchema, parseRouters, parts, timeLayers } from '@moekit/bench';
import { parseOptions } from '@moekit/core';
import { resolveBinding } from '@moekit/core/di';

import { assertRouterNames } from '../../assert-names.js';
import type { LayerTimeFlags } from '../layer-time.js';
import { composeApplication, defaults } from '../../container.js';
import { fail } from '../../errors.js';
import { defined } from '../../given.js';
import { renderLayerTimes } from '../../output/layer-times.js';
import { outputColumns, print } from '../../output/terminal.js';

/**
 * Times one MoE layer under several routers and prints milliseconds next to counted FLOPs.
 * @returns the exit code      @throws coded errors for bad input
 */
export async function layerTime(flags: LayerTimeFlags): Promise<number> {
  const application = await composeApplication();
  const registry = resolveBinding(application, parts.registry);
  const own = resolveBinding(application, defaults);
  const entries = parseRouters(flags.routers);
  assertRouterNames(entries, registry);
  if (entries.some(isDense)) throw denseHasNoRouter();
  const {
    routers: _,
    backend = own.backend ?? 'auto',
    json,
    wide: _wide,
    verbose: _verbose,
    experts: numExperts,
    ...sizes
  } = flags;
  const settings = parseOptions(layerTimeSchema, defined({ ...sizes, numExperts }), 'layer-time');
  const times = await timeLayers(entries, { registry, backend, settings });
  print(
    json ? `${JSON.stringify(times, null, 2)}\n` : renderLayerTimes(times, outputColumns(flags)),
  );
  return 0;
}

function denseHasNoRouter() {
  return fail('CLI_USAGE', {
    asked: 'layer-time times routers, and dense has none',
    fix: 'Leave out dense.',
  });
}
