import { format } from '@moekit/bench';
import type { LoadProgress } from '@moekit/data';

import { barPart } from './bar.js';
import { duration } from './duration.js';
import { canRedraw, redraw } from './redraw.js';
import { write } from './terminal.js';
import { fitLine } from './text/fit-line.js';

/** Shortest time between two lines where no terminal redraws them, in milliseconds. */
const INTERVAL = 15_000;

type OnProgress = (progress: LoadProgress) => void;

/** Runs what reads data, showing on stderr how far it is where something is fetched; nothing where all is there. */
export async function showLoading<Result>(
  quiet: boolean | undefined,
  work: (onProgress?: OnProgress) => Promise<Result>,
  stream: NodeJS.WriteStream = process.stderr,
): Promise<Result> {
  if (quiet) return work();
  const draw = canRedraw(stream) ? redraw(stream) : undefined;
  const line = new LoadLine();
  let last = Number.NEGATIVE_INFINITY;
  try {
    return await work((progress) => {
      const text = line.of(progress);
      if (performance.now() - last < (draw ? 100 : INTERVAL)) return;
      last = performance.now();
      const share = barPart(progress.done / (progress.total ?? Infinity), 1);
      if (draw) draw((columns) => fitLine([share, { text, importance: 0 }], columns));
      else write(stream, `${text}\n`);
    });
  } finally {
    draw?.clear();
  }
}

/** How far, and how long still at the pace so far. */
export class LoadLine {
  #first: { readonly at: number; readonly done: number } | undefined;

  of({ what, done, total }: LoadProgress, now = performance.now()): string {
    const fetched = `fetching ${what}: ${format.count(done)}B`;
    this.#first ??= { at: now, done };
    const { at, done: before } = this.#first;
    if (total === undefined) return fetched;
    const pace = (done - before) / (now - at);
    const left = pace > 0 ? `, about ${duration((total - done) / pace / 1000)} left` : '';
    return `${fetched} of ${format.count(total)}B${left}`;
  }
}
