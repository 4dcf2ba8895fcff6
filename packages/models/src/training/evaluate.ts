import { sumRoutingStats, assertKinds } from '@moekit/core';
import { tidy } from '@tensorflow/tfjs-core';

import type { Evaluation, Flops } from '../contract.js';
import { assertTask } from '../assert-run.js';
import { fail } from '../errors.js';
import type { Task } from '../task.js';
import { addFlops, noFlops } from './add-flops.js';
import type { PassReport } from './pass-report.js';
import { encodePass } from './pass-report.js';

export interface EvaluateOptions {
  /** At most this many; fewer when the held-out data has no more. */
  readonly batches: number;
}

/**
 * How good a model is on held-out data; the same every time.
 * Where no pair was dropped in a batch, capacity changed nothing and the drop-free pass is not run again.
 * @throws what the task throws, DATA_SHORT when there is nothing to evaluate on
 */
export async function evaluate<Batch>(
  task: Task<Batch>,
  options: EvaluateOptions,
): Promise<Evaluation> {
  assertTask('evaluate', task);
  assertKinds('evaluate', options, { batches: 'size' }, 'Pass { batches: 16 }, say.');
  const { batches } = options;
  const limited = new Totals();
  const dropFree = new Totals();
  let [tokens, flops] = [0, noFlops as Flops];
  for (const batch of task.heldOutBatches(batches)) {
    const size = task.sizeOf(batch);
    const pass = await runPass(task, batch, false);
    const dropped = pass.layers.some((s) => s.selectedPairs !== s.dispatchedPairs);
    limited.add(pass, size.targets);
    dropFree.add(dropped ? await runPass(task, batch, true) : pass, size.targets);
    tokens += size.tokens;
    const pairs = pass.layers.map(({ dispatchedPairs }) => dispatchedPairs);
    flops = addFlops(flops, task.flops(batch, pairs));
  }
  const { targets, layers, labels } = limited;
  if (targets === 0) throw nothing(layers.length);
  return {
    limited: task.metrics(limited.mean()),
    dropFree: task.metrics(dropFree.mean()),
    targets,
    tokens,
    flops,
    layers: task.model.moeLayers.map((_, i) => sumRoutingStats(layers.map((batch) => batch[i]!))),
    ...(labels.length > 0 && { labels: { names: task.labels!, layers: labels } }),
  };
}

/** Loss weighted by targets; figures and routing as they come. */
class Totals {
  readonly layers: PassReport['layers'][] = [];
  targets = 0;
  /** See PassReport. */
  labels: number[][][] = [];
  #loss = 0;
  #figures: number[] = [];

  add({ loss, figures, layers, labels }: PassReport, targets: number): void {
    this.targets += targets;
    if (targets > 0) this.#loss += loss * targets; // a mean over none is no number
    this.#figures = figures.map((value, i) => value + (this.#figures[i] ?? 0));
    this.layers.push(layers);
    this.labels = labels.map((layer, i) =>
      layer.map((row, e) => row.map((pairs, l) => pairs + (this.labels[i]?.[e]?.[l] ?? 0))),
    );
  }

  mean() {
    return { loss: this.#loss / this.targets, figures: this.#figures };
  }
}

function nothing(batches: number) {
  return fail('DATA_SHORT', {
    asked: 'Held-out data must contain targets to predict',
    got: `${batches} batches without a target`,
    fix: 'Hold out more data, or evaluate more batches.',
  });
}

async function runPass<Batch>(task: Task<Batch>, batch: Batch, dropFree: boolean) {
  let decode: ReturnType<typeof encodePass>['decode'];
  const report = tidy(() => {
    const encoded = encodePass(
      task.pass(batch, { training: false, dropFree }),
      task.labels?.length,
    );
    decode = encoded.decode;
    return encoded.values;
  });
  const values = await report.data<'float32'>();
  report.dispose();
  return decode!(values);
}
