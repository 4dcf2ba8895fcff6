import type { Word } from './words.js';

/** Seconds without a beat after which a process that was asked to stop is ended, and how often its longest pause so far. */
const [PATIENCE, PAUSES] = [10, 3];

/** Beats of a process that has not heard that it was asked: code in it took the listener away. */
const DEAF = 8;

/** The state of a process, as known from its messages. */
export class Pulse {
  hasWorked = false;
  /** Seconds in which this process was awake. */
  silent = 0;
  #works = false;
  #longest = 0;
  /** Beats since it was asked to stop, while it has not heard. */
  #unheard: number | undefined;

  /** Why a process that was asked to stop will not. */
  get fault(): string | undefined {
    if (!this.#works) return undefined;
    if (this.silent > Math.max(PATIENCE, PAUSES * this.#longest)) {
      return `no response to it in ${this.silent} seconds`;
    }
    return (this.#unheard ?? 0) > DEAF ? 'no listener for it' : undefined;
  }

  ask(): void {
    this.#unheard = 0;
  }

  hear(word: Word): void {
    if (this.#works) this.#longest = Math.max(this.#longest, this.silent);
    this.#works = word === 'beat' || word === 'heard';
    if (word === 'heard') this.#unheard = undefined;
    if (word === 'beat' && this.#unheard !== undefined) this.#unheard++;
    this.hasWorked = true;
    this.silent = 0;
  }

  wait(): void {
    this.silent++;
  }
}
