import type { Observable } from 'rxjs';
import { ReplaySubject } from 'rxjs';

import { isClosed } from './closed-output.js';
import { supervisor } from './supervised/supervisor.js';
import type { StopSignal } from './supervised/words.js';
import { ONE_REQUEST } from './supervised/words.js';

/** The exit code that shells expect of a program that a signal stopped: 128 + its number. */
export const EXIT_CODES: Readonly<Record<StopSignal, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  SIGPIPE: 141,
};

const CAUGHT = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether work was asked to stop, and by what. */
export interface Stop {
  /** Emits once, also to subscribers after the signal. */
  readonly asked: Observable<StopSignal>;
  readonly signal: StopSignal | undefined;
}

/**
 * Does work that ends early, keeping what is finished, when a signal or a closed output asks for it. Signals that follow
 * at once are the same request. From then on no signal is caught: the next one ends the process at once, also
 * in the middle of a step.
 */
export async function untilStopped<Result>(work: (stop: Stop) => Promise<Result>): Promise<Result> {
  const stopping = new Stopping();
  try {
    return await work(stopping);
  } finally {
    stopping.ignore();
  }
}

class Stopping implements Stop {
  readonly asked = new ReplaySubject<StopSignal>(1);
  signal: StopSignal | undefined;
  #hasCaught = false;
  readonly #supervisor = supervisor();
  readonly #passedOn = this.#supervisor.asked.subscribe((signal) => this.#stop(signal));

  constructor() {
    for (const signal of CAUGHT) process.on(signal, this.#caught);
    for (const stream of [process.stdout, process.stderr]) stream.on('error', this.#broken);
  }

  ignore(): void {
    this.#passedOn.unsubscribe();
    this.#supervisor.leave();
    for (const signal of CAUGHT) process.removeListener(signal, this.#caught);
    for (const stream of [process.stdout, process.stderr]) {
      stream.removeListener('error', this.#broken);
    }
  }

  #stop(signal: StopSignal): void {
    if (this.signal !== undefined) return;
    this.signal = signal;
    this.asked.next(signal);
    this.asked.complete();
  }

  readonly #caught = (signal: NodeJS.Signals): void => {
    if (this.#hasCaught) return;
    this.#hasCaught = true; // the supervisor passes on what a terminal sends to both
    this.#stop(signal as StopSignal);
    // at once, a library's listener that runs after this one would find itself alone, and end the process
    setTimeout(restoreDefaults, ONE_REQUEST).unref();
  };

  readonly #broken = (error: Error): void => {
    if (isClosed(error)) this.#stop('SIGPIPE');
  };
}

function restoreDefaults(): void {
  for (const signal of CAUGHT) process.removeAllListeners(signal);
}
