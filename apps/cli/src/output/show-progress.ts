import type { PoolEvent } from '@moekit/bench';
import type { Observable, Subscription } from 'rxjs';

import { liveProgress } from './live-progress.js';
import { lineProgress } from './line-progress.js';

/** Progress goes to stderr, so that stdout holds results alone: redrawn on a terminal, lines elsewhere. */
export function showProgress(
  events: Observable<PoolEvent>,
  { jobs, backend }: { readonly jobs: number; readonly backend: string },
): Subscription {
  process.stderr.write(`backend ${backend}, ${jobs} trials\n`);
  return process.stderr.isTTY
    ? liveProgress(events, jobs, process.stderr)
    : lineProgress(events, jobs, process.stderr);
}
