import type { EarlyStoppingState, TrainOptions } from '../contract.js';

/**
 * Ends a run when its held-out loss improves no more: after `patience` evaluations in a row whose loss is not below the
 * lowest so far by more than `minImprovement`. Its state is plain numbers, so that a resumed run stops where one that
 * never stopped would.
 */
export class EarlyStopping {
  readonly #patience: number;
  readonly #minImprovement: number;
  #state: EarlyStoppingState;

  /** @param state of the run that is resumed */
  constructor(
    { patience = Infinity, minImprovement = 0 }: Pick<TrainOptions, 'patience' | 'minImprovement'>,
    state: EarlyStoppingState = { best: null, waited: 0 },
  ) {
    this.#patience = patience;
    this.#minImprovement = minImprovement;
    this.#state = state;
  }

  /** Takes the held-out loss after a step; a loss that is not finite does not improve it. */
  observe(step: number, loss: number): void {
    const { best, waited } = this.#state;
    const improved =
      best === null ? Number.isFinite(loss) : loss < best.loss - this.#minImprovement;
    this.#state = improved ? { best: { step, loss }, waited: 0 } : { best, waited: waited + 1 };
  }

  get isOver(): boolean {
    return this.#state.waited >= this.#patience;
  }

  get state(): EarlyStoppingState {
    return this.#state;
  }
}
