import { startBackend } from '@moekit/backends';
import { createRng, normalArray } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tensor2d } from '@tensorflow/tfjs-core';

import { fail } from '../../errors.js';
import { labelOf } from '../../spec/label.js';
import type { RouterEntry } from '../../spec/config.js';
import { loadPlugin } from '../../plugins/load-plugin.js';
import type { PluginRegistry } from '../../plugins/registry.js';
import { median, quartiles } from '../../statistics/summary.js';
import type { LayerTimeSettings } from './settings.js';
import type { LayerCount, TimedLayer } from './timed-layer.js';
import { timedLayer } from './timed-layer.js';

/** One router at one setting: what it counts next to what it takes. */
export interface LayerTime extends LayerCount {
  readonly label: string;
  readonly dropFree: boolean;
  readonly machine: {
    /** Median of forward and backward together. */
    readonly milliseconds: number;
    /** Quartiles. */
    readonly spread: readonly [number, number];
  };
}

export interface LayerTimes {
  readonly backend: string;
  readonly settings: LayerTimeSettings;
  readonly rows: readonly LayerTime[];
}

/**
 * Times forward and backward of one MoE layer under several routers, each drop-free and with its capacity. Repeats are
 * interleaved, so that a machine that slows down slows all of them.
 * @throws what loading the plug-ins and starting the backend throw
 */
export async function timeLayers(
  entries: readonly RouterEntry[],
  { registry, ...run }: { registry: PluginRegistry; backend: string; settings: LayerTimeSettings },
): Promise<LayerTimes> {
  const { name: backend } = await startBackend(run.backend);
  const { settings } = run;
  const { tokens, modelWidth, seed, warmUp, repeats } = settings;
  const layers = await buildLayers(entries, registry, settings);
  const x = tensor2d(normalArray(createRng(seed).fork('tokens'), tokens * modelWidth), [
    tokens,
    modelWidth,
  ]);
  for (const { layer } of layers) await layer.settle(x);
  const times = await interleave(
    layers.map(({ layer }) => layer),
    x,
    warmUp + repeats,
  );
  const rows: LayerTime[] = [];
  for (const [index, { label, dropFree, layer }] of layers.entries()) {
    const machine = spreadOf(times[index]!.slice(warmUp));
    rows.push({ label, dropFree, ...(await layer.count(x)), machine });
  }
  layers.forEach(({ layer }) => layer.dispose());
  x.dispose();
  return { backend, settings, rows };
}

function noRouter(name: string) {
  return fail('BENCH_ROUTER_SPEC', {
    asked: `Layer times are measured under routers, and ${name} has none`,
    fix: `Leave out ${name}.`,
  });
}

async function buildLayers(
  entries: readonly RouterEntry[],
  registry: PluginRegistry,
  settings: LayerTimeSettings,
) {
  const layers: { label: string; dropFree: boolean; layer: TimedLayer }[] = [];
  for (const entry of entries) {
    const plugin = await loadPlugin(entry.router, registry);
    if (plugin === null) throw noRouter(entry.router);
    const { options } = entry;
    for (const dropFree of [true, false]) {
      const layer = timedLayer({ plugin, options, dropFree, settings });
      layers.push({ label: labelOf(entry), dropFree, layer });
    }
  }
  return layers;
}

async function interleave(layers: readonly TimedLayer[], x: Tensor2D, rounds: number) {
  const times: number[][] = layers.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, layer] of layers.entries()) times[index]!.push(await layer.pass(x));
  }
  return times;
}

function spreadOf(times: readonly number[]) {
  return { milliseconds: median(times), spread: quartiles(times) };
}
