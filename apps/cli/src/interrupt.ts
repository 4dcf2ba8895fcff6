import { Observable } from 'rxjs';

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** What the shell expects of a program that a signal stopped: 128 + its number. */
export const EXIT_CODES: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Emits the first Ctrl-C (or SIGTERM); a second one ends the process at once, as if nobody listened. */
export function stopSignals(): Observable<StopSignal> {
  return new Observable((subscriber) => {
    const stop = (signal: StopSignal) => {
      release();
      subscriber.next(signal);
      subscriber.complete();
    };
    const release = () => {
      process.removeListener('SIGINT', stop);
      process.removeListener('SIGTERM', stop);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    return release;
  });
}
