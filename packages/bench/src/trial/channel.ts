import type { Report } from './messages.js';

/** A worker's way to its parent. */
export interface Channel {
  readonly send: (report: Report) => void;
  /** Sends the last report and ends the process. */
  readonly end: (report: Report) => void;
}

/**
 * Takes the channel away from `process`: foreign code that says something there would speak for moekit. A process whose
 * parent is gone, before this or later, ends.
 */
export function takeChannel(): Channel {
  const send = process.send?.bind(process);
  const exit = process.exit.bind(process);
  process.once('disconnect', () => exit());
  if (!process.connected) exit();
  delete process.send;
  const say = (report: Report, then: () => void) =>
    void send?.(report, undefined, undefined, (error) =>
      error ? exit(isGone(error) ? 0 : 1) : then(),
    );
  return {
    send: (report) => say(report, () => undefined),
    end: (report) => say(report, () => exit()),
  };
}

/** Whether a message was not sent for want of a parent: some versions of Node.js say so before they say "disconnect". */
const isGone = ({ code }: NodeJS.ErrnoException) =>
  code === 'EPIPE' || code === 'ERR_IPC_CHANNEL_CLOSED';
