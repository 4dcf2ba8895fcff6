import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { dispose, tidy, variable, zerosLike } from '@tensorflow/tfjs-core';

import { adamWStep } from './adamw-kernel.js';

export interface AdamWOptions {
  /** Applied to variables named `.weight` only, apart from the gradient (decoupled). */
  readonly weightDecay: number;
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.95, as language models use: 0.999 remembers a thousand steps, longer than small runs are. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

interface Slot {
  readonly weight: Variable;
  readonly first: Variable;
  readonly second: Variable;
  readonly decays: boolean;
}

/** Adam with decoupled weight decay and bias correction (Loshchilov & Hutter 2019, 1711.05101). */
export class AdamW {
  readonly #slots: readonly Slot[];
  readonly #options: Required<AdamWOptions>;
  #step = 0;

  /** @param variables by name, as `LanguageModel.namedVariables()` gives them; not owned */
  constructor(variables: ReadonlyMap<string, Variable>, options: AdamWOptions) {
    this.#options = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, ...options };
    this.#slots = tidy(() =>
      [...variables].map(([name, weight]) => ({
        weight,
        first: variable(zerosLike(weight), false),
        second: variable(zerosLike(weight), false),
        decays: name.endsWith('.weight'),
      })),
    );
  }

  /**
   * One step, in place. A variable without a gradient stays as it is, decay included.
   * @param gradients by `Variable.name`, as tfjs's `variableGrads` gives them; not disposed
   * @param gradientScale multiplies every gradient first (see clipScale)
   */
  apply(
    gradients: Readonly<Record<string, Tensor>>,
    learningRate: number,
    gradientScale = 1,
  ): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    this.#step += 1;
    const step = {
      beta1,
      beta2,
      epsilon,
      gradientScale,
      stepSize: learningRate / (1 - beta1 ** this.#step),
      secondCorrection: 1 / (1 - beta2 ** this.#step),
    };
    for (const slot of this.#slots) {
      const gradient = gradients[slot.weight.name];
      if (!gradient) continue;
      const next = adamWStep(slot, gradient, {
        ...step,
        decay: slot.decays ? 1 - learningRate * weightDecay : 1,
      });
      slot.weight.assign(next.weight);
      slot.first.assign(next.first);
      slot.second.assign(next.second);
      dispose([next.weight, next.first, next.second]);
    }
  }

  /** Frees the moments; the variables are the model's. */
  dispose(): void {
    for (const { first, second } of this.#slots) dispose([first, second]);
  }
}
