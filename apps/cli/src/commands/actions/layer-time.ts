import type { LayerTimes } from '@moekit/bench';
import { format, isDense, layerTimeSchema, parseRouters, parts, timeLayers } from '@moekit/bench';
import { parseOptions, ROUTING_FIGURES } from '@moekit/core';
import { resolveBinding } from '@moekit/core/di';
import Table from 'cli-table3';

import { assertRouterNames } from '../../assert-names.js';
import type { LayerTimeFlags } from '../layer-time.js';
import { composeApplication, defaults } from '../../container.js';
import { fail } from '../../errors.js';
import { defined } from '../../given.js';
import { print } from '../../output/terminal.js';

/** The options that decide how much a layer computes. */
const ROUTING = ['expertsPerToken', 'droppedShare'] as const;

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
    experts: numExperts,
    ...sizes
  } = flags;
  const settings = parseOptions(layerTimeSchema, defined({ ...sizes, numExperts }), 'layer-time');
  const times = await timeLayers(entries, { registry, backend, settings });
  print(json ? `${JSON.stringify(times, null, 2)}\n` : render(times));
  return 0;
}

function render({ backend, settings, rows }: LayerTimes): string {
  const table = new Table({
    head: [
      'router',
      'capacity',
      ...ROUTING.map((name) => ROUTING_FIGURES[name].column.replace(' / ', '/')),
      'forward FLOPs/token',
      'ms',
      'quartiles',
    ],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { label, dropFree, flopsPerToken, machine, ...figures } of rows) {
    const [low, high] = machine.spread;
    table.push([
      label,
      dropFree ? 'none' : 'limited',
      ...ROUTING.map((name) => format[ROUTING_FIGURES[name].format](figures[name])),
      format.count(flopsPerToken),
      machine.milliseconds.toFixed(1),
      `${low.toFixed(1)} – ${high.toFixed(1)}`,
    ]);
  }
  const { tokens, numExperts, expertWidth, modelWidth, repeats } = settings;
  const heading = `Forward and backward of one MoE layer: ${tokens} tokens of width ${modelWidth}, ${numExperts} experts of width ${expertWidth}, backend ${backend}, median of ${repeats}, interleaved.`;
  return `${heading}\n${table.toString()}\n`;
}

function denseHasNoRouter() {
  return fail('CLI_USAGE', {
    asked: 'layer-time times routers, and dense has none',
    fix: 'Leave out dense.',
  });
}
