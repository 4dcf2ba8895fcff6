import type { Task } from '@moekit/models';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { cast, greater, keep, sum, tidy } from '@tensorflow/tfjs-core';

/** Batches that the share is taken over. */
const BATCHES = 4;

/** Counts the hidden activations above 0 in each MoE layer's experts. */
export class ActivationProbe {
  readonly #layers: { positive: Scalar[]; size: number }[] = [];
  #counting = false;

  /** The receiver of the activations of the next MoE layer. */
  listener(): (active: Tensor2D) => void {
    const layer = { positive: [] as Scalar[], size: 0 };
    this.#layers.push(layer);
    return (active) => {
      if (!this.#counting) return;
      layer.size += active.size;
      layer.positive.push(tidy(() => keep(sum(cast(greater(active, 0), 'float32')))));
    };
  }

  /** Share of activations above 0, one per MoE layer, on held-out batches with the capacity of evaluation. */
  async measure(task: Task): Promise<readonly number[]> {
    this.#counting = true;
    try {
      for (const batch of task.heldOutBatches(BATCHES)) {
        tidy(() => void task.pass(batch, { training: false }));
      }
      return await Promise.all(
        this.#layers.map(async ({ positive, size }) => {
          const counts = await Promise.all(positive.map((count) => count.data()));
          return counts.reduce((all, [count]) => all + count!, 0) / Math.max(size, 1);
        }),
      );
    } finally {
      this.#counting = false;
      this.#layers.forEach((layer) => layer.positive.splice(0).forEach((count) => count.dispose()));
    }
  }
}
