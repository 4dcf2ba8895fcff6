import type { Report } from './messages.js';

/** A worker's way to its parent. */
export interface Channel {
  readonly send: (report: Report) => void;
  /** Sends the last report and ends the process. */
  readonly end: (report: Report) => void;
}

/** Takes the channel away from `process`: foreign code that says something there would speak for moekit. */
export function takeChannel(): Channel {
  const send = process.send?.bind(process);
  const exit = process.exit.bind(process);
  process.once('disconnect', () => exit());
  delete process.send;
  return {
    send: (report) => void send?.(report),
    end: (report) => void send?.(report, undefined, undefined, () => process.disconnect()),
  };
}
