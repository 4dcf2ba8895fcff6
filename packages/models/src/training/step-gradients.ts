import { globalNorm } from '@moekit/kernels/nn';
import type { NamedTensorMap, Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import { add, concat, dispose, reshape, tidy } from '@tensorflow/tfjs-core';

import type { BatchGradients } from './batch-gradients.js';
import type { MicroBatchReport } from './join-reports.js';
import type { PassReport } from './pass-report.js';

/** A pass whose report is still on the device. */
type Waiting = Pick<BatchGradients, 'report' | 'decodePass'> & { readonly share: number };

/**
 * The gradients of a step, summed over its micro-batches as they come. Reports stay on the device until somebody needs
 * them: routers between two micro-batches, or the end of the step, which reads all that are left at once.
 */
export class StepGradients {
  #sum: NamedTensorMap = {};
  #waiting: Waiting[] = [];
  readonly #read: MicroBatchReport[] = [];

  /** By `Variable.name`; gone with `dispose`. */
  get gradients(): NamedTensorMap {
    return this.#sum;
  }

  /** Takes over the tensors of a pass; its gradients have the weight of its share already. */
  add({ gradients, report, decodePass }: BatchGradients, share: number): void {
    this.#sum = sumOf(this.#sum, gradients);
    this.#waiting.push({ report, decodePass, share });
  }

  /** Reads what is waiting; the report of the pass that was added last. */
  async readLast(): Promise<MicroBatchReport> {
    await this.#readWaiting([]);
    return this.#read.at(-1)!;
  }

  /** Reads what is waiting, and the norm of all gradients together. */
  async readAll(): Promise<{ gradientNorm: number; reports: readonly MicroBatchReport[] }> {
    const norm = tidy(() => reshape(globalNorm(Object.values(this.#sum)) as Scalar, [1]));
    const [gradientNorm] = await this.#readWaiting([norm as Tensor1D]);
    return { gradientNorm: gradientNorm!, reports: this.#read };
  }

  dispose(): void {
    dispose([...Object.values(this.#sum), ...this.#waiting.map(({ report }) => report)]);
  }

  /** One read for all. @param first read along and disposed      @returns their values */
  async #readWaiting(first: readonly Tensor1D[]): Promise<Float32Array> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const parts = [...first, ...waiting.map(({ report }) => report)];
    const whole = tidy(() => concat(parts));
    const sizes = waiting.map(({ report }) => report.size);
    dispose(parts);
    const values = await whole.data<'float32'>();
    whole.dispose();
    let at = first.reduce((sum, { size }) => sum + size, 0);
    waiting.forEach(({ decodePass, share }, i) => {
      const numbers = values.subarray(at, (at += sizes[i]!));
      this.#read.push({ ...decodeReport(numbers, decodePass), share });
    });
    return values;
  }
}

function decodeReport(values: Float32Array, decodePass: (values: Float32Array) => PassReport) {
  return { routerLoss: values[0]!, ...decodePass(values.subarray(1)) };
}

/** Sums by name; takes over both. A variable that a pass did not use has no gradient there. */
function sumOf(sum: NamedTensorMap, gradients: NamedTensorMap): NamedTensorMap {
  const all = { ...sum };
  for (const [name, gradient] of Object.entries(gradients)) {
    const before = sum[name];
    all[name] = before ? add(before, gradient) : gradient;
    if (before) dispose([before, gradient]);
  }
  return all;
}
