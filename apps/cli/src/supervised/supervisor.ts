import { endWithParent } from '@moekit/bench';
import type { Observable } from 'rxjs';
import { Subject } from 'rxjs';

import type { StopSignal, Word } from './words.js';
import { BEAT } from './words.js';

/** Milliseconds: a run whose supervisor was killed is gone before anybody can start another in its folder. */
const AT_ONCE = 20;

const asked = new Subject<StopSignal>();
let tell: (word: Word) => void = () => undefined;

/**
 * Makes this process one that `supervise` has started: it ends and stands still with its supervisor, also with one that
 * has gone before this was called. The channel is taken away from `process`, for foreign code would speak for moekit there,
 * or close it.
 * @returns tells the exit code: it counts whatever this process still does
 */
export async function obeySupervisor(): Promise<() => void> {
  process.once('disconnect', endNow);
  if (!process.connected) endNow();
  const followed = endWithParent({ interval: AT_ONCE, standStill: true });
  const send = process.send?.bind(process);
  for (const name of ['send', 'disconnect', '_disconnect']) Reflect.deleteProperty(process, name);
  process.on('message', (signal) => {
    tell('heard');
    asked.next(signal as StopSignal);
  });
  process.channel?.unref();
  // a command that has ended is not notified; this process ends with it
  tell = (word) => void send?.(word, undefined, undefined, () => undefined);
  await followed;
  return () => tell(Number(process.exitCode ?? 0));
}

function endNow(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** The signals that a supervisor passes on, while somebody listens; none where there is no supervisor. */
export function supervisor(): {
  readonly asked: Observable<StopSignal>;
  readonly leave: () => void;
} {
  tell('beat');
  const beat = setInterval(() => tell('beat'), BEAT);
  const leave = () => {
    clearInterval(beat);
    tell('done');
  };
  return { asked, leave };
}
