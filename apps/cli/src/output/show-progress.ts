import type { PoolEvent } from '@moekit/bench';
import type { Observable, Subscription } from 'rxjs';

import { liveProgress } from './live-progress.js';
import { lineProgress } from './line-progress.js';
import type { Shown } from './progress-state.js';
import { canRedraw } from './redraw.js';
import { say } from './terminal.js';

/** Progress goes to stderr, so that stdout holds results alone: redrawn on a terminal, lines elsewhere. */
export function showProgress(events: Observable<PoolEvent>, shown: Shown): Subscription {
  say(`backend ${shown.backend}, ${shown.jobs} trials\n`);
  return canRedraw(process.stderr)
    ? liveProgress(events, shown.jobs, process.stderr)
    : lineProgress(events, shown, process.stderr);
}
