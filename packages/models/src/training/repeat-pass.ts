import type { MoELayer, RoutingStats } from '@moekit/core';
import { decodeRoutingStats, encodeRoutingStats } from '@moekit/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { abs, keep, max, tidy } from '@tensorflow/tfjs-core';

import type { PlainNumber } from '../figure.js';
import type { Task } from '../task.js';

/** The input of an MoE layer in one pass, and the decision of its router. */
export interface LayerPass {
  /** Largest absolute value among the tokens; `null` where the pass did not come so far. */
  readonly inputLargest: PlainNumber | null;
  readonly routing: RoutingStats | null;
  /** The error that the layer or its router threw. */
  readonly error: string | null;
}

interface Watched {
  input?: Tensor;
  stats?: Tensor;
  error?: string;
}

/** Runs a training pass again, with the same noise, and notes what passes each MoE layer. */
export async function repeatPass<Batch>(
  task: Task<Batch>,
  batch: Batch,
  seed: number,
): Promise<LayerPass[]> {
  const { moeLayers } = task.model;
  const watched = moeLayers.map((): Watched => ({}));
  moeLayers.forEach((layer, i) => watch(layer, watched[i]!));
  try {
    tidy(() => void task.pass(batch, { training: true, seed }));
  } catch {
    // the pass is known to fail; each layer noted its own part
  } finally {
    for (const layer of moeLayers) delete (layer as { call?: unknown }).call;
  }
  return Promise.all(watched.map(readWatched));
}

/** Puts a method of its own on one layer, over that of its class. */
function watch(layer: MoELayer, seen: Watched): void {
  const call = layer.call.bind(layer);
  layer.call = (x, context) => {
    seen.input = keep(max(abs(x)));
    try {
      const result = call(x, context);
      seen.stats = keep(encodeRoutingStats(result.routing, context.tokenMask));
      return result;
    } catch (error) {
      seen.error = error instanceof Error ? error.message : String(error);
      throw error;
    }
  };
}

async function readWatched({ input, stats, error }: Watched): Promise<LayerPass> {
  const [largest] = (await input?.data()) ?? [];
  const counts = await stats?.data();
  input?.dispose();
  stats?.dispose();
  return {
    inputLargest: (largest as PlainNumber | undefined) ?? null,
    routing: counts ? decodeRoutingStats(counts) : null,
    error: error ?? null,
  };
}
