/** Looks at the clock while a countdown runs. */
const LOOKS = 20;

/** Milliseconds between two looks, at most. */
const LONGEST = 1000;

/**
 * Calls back after some seconds in which this process was awake: one that was suspended, or whose machine slept, has not
 * waited meanwhile.
 */
export class Countdown {
  readonly #looks: number;
  readonly #timer: NodeJS.Timeout;
  #left: number;

  constructor(seconds: number, done: () => void) {
    const interval = Math.min(LONGEST, (seconds * 1000) / LOOKS);
    this.#looks = (seconds * 1000) / interval;
    this.#left = this.#looks;
    this.#timer = setInterval(() => {
      if (--this.#left > 0) return;
      this.end();
      done();
    }, interval);
  }

  restart(): void {
    this.#left = this.#looks;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
