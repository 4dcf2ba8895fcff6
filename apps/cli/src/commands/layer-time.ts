import type { LayerTimes } from '@moekit/bench';
import { format, layerTimeSchema, parseRouters, timeLayers } from '@moekit/bench';
import { parseOptions } from '@moekit/core';
import Table from 'cli-table3';

import { assertRouterNames } from '../assert-router-names.js';
import { fail } from '../errors.js';
import { print } from '../output/terminal.js';
import { builtInRouters } from '../registry.js';
import { positiveNumber, wholeNumber } from './bench-flags.js';

/** Flags of `moekit layer-time`. */
export interface LayerTimeFlags {
  readonly routers: string;
  readonly backend: string;
  readonly json?: boolean;
  readonly tokens?: string;
  readonly modelWidth?: string;
  readonly expertWidth?: string;
  readonly experts?: string;
  readonly sharpness?: string;
  readonly repeats?: string;
}

/**
 * Times one MoE layer under several routers and prints milliseconds next to counted FLOPs.
 * @returns the exit code      @throws coded errors for bad input
 */
export async function layerTime(flags: LayerTimeFlags): Promise<number> {
  const registry = builtInRouters();
  const entries = parseRouters(flags.routers);
  assertRouterNames(entries, registry);
  if (entries.some(({ router }) => router === 'dense')) throw denseHasNoRouter();
  const { backend, json } = flags;
  const settings = parseOptions(layerTimeSchema, numbersOf(flags), 'layer-time');
  const times = await timeLayers(entries, { registry, backend, settings });
  print(json ? `${JSON.stringify(times, null, 2)}\n` : render(times));
  return 0;
}

const FLAGS = {
  tokens: '--tokens',
  modelWidth: '--model-width',
  expertWidth: '--expert-width',
  experts: '--experts',
  repeats: '--repeats',
} as const;

function numbersOf({ sharpness, ...flags }: LayerTimeFlags): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const key of Object.keys(FLAGS) as (keyof typeof FLAGS)[]) {
    const text = flags[key];
    if (text === undefined) continue;
    numbers[key === 'experts' ? 'numExperts' : key] = wholeNumber(FLAGS[key], text, 1);
  }
  if (sharpness !== undefined) numbers['sharpness'] = positiveNumber('--sharpness', sharpness);
  return numbers;
}

function render({ backend, settings, rows }: LayerTimes): string {
  const table = new Table({
    head: [
      'router',
      'capacity',
      'experts/token',
      'dropped',
      'forward FLOPs/token',
      'ms',
      'quartiles',
    ],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { label, dropFree, expertsPerToken, droppedShare, flopsPerToken, machine } of rows) {
    const [low, high] = machine.spread;
    table.push([
      label,
      dropFree ? 'none' : 'limited',
      format.ratio(expertsPerToken),
      format.share(droppedShare),
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
    asked: 'layer-time must be given routers',
    got: 'dense, which has none',
    fix: 'Leave it out.',
  });
}
