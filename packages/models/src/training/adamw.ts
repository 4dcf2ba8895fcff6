import { assertKinds } from '@moekit/core';
import { adamWSteps, registerTrainingKernels } from '@moekit/kernels/nn';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { dispose, tidy, variable, zerosLike } from '@tensorflow/tfjs-core';

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
  readonly name: string;
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

  /** @param variables by name, as `TrainableModel.namedVariables()` gives them; not owned, those not trainable left alone */
  constructor(variables: ReadonlyMap<string, Variable>, options: AdamWOptions) {
    assertKinds('AdamW', { variables }, { variables: 'object' }, 'Pass model.namedVariables().');
    assertKinds('AdamW', options, { weightDecay: 'number' }, 'Pass { weightDecay: 0.1 }, say.');
    const { weightDecay, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8 } = options;
    registerTrainingKernels();
    this.#options = { beta1, beta2, epsilon, weightDecay };
    const trainable = [...variables].filter(([, weight]) => weight.trainable);
    this.#slots = tidy(() =>
      trainable.map(([name, weight]) => ({
        name,
        weight,
        first: variable(zerosLike(weight), false),
        second: variable(zerosLike(weight), false),
        decays: name.endsWith('.weight'),
      })),
    );
  }

  /** Steps taken. */
  get step(): number {
    return this.#step;
  }

  get options(): Required<AdamWOptions> {
    return this.#options;
  }

  /** Both moments of every variable, by `first.` or `second.` and its name; with `step`, all that steps leave behind. */
  moments(): ReadonlyMap<string, Variable> {
    return new Map(
      this.#slots.flatMap(({ name, first, second }) => [
        [`first.${name}`, first],
        [`second.${name}`, second],
      ]),
    );
  }

  /** Continues as if so many steps had been taken; the moments are the caller's to set. */
  resumeAt(step: number): void {
    this.#step = step;
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
    const slots = this.#slots.filter(({ weight }) => gradients[weight.name]);
    const next = adamWSteps(
      slots,
      slots.map(({ weight }) => gradients[weight.name]!),
      slots.map(({ decays }) => ({ ...step, decay: decays ? 1 - learningRate * weightDecay : 1 })),
    );
    slots.forEach((slot, i) => {
      const { weight, first, second } = next[i]!;
      slot.weight.assign(weight);
      slot.first.assign(first);
      slot.second.assign(second);
      dispose([weight, first, second]);
    });
  }

  /** Frees the moments; the variables are the model's. */
  dispose(): void {
    for (const { first, second } of this.#slots) dispose([first, second]);
  }
}
