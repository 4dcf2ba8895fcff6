import { meanOf } from '../statistics/summary.js';
import { format } from '../statistics/format.js';
import type { TrainedRun } from './read-training-run.js';

/** A figure of how a run ended, as text. */
export interface EndCell {
  readonly head: string;
  readonly text: string;
}

/** The figures of a run's end, in the terminal and in the report alike; a dash where it has none. */
export function endRow({ end, best, log }: TrainedRun, metrics: readonly string[]): EndCell[] {
  const routing = log?.training.at(-1)?.layers ?? [];
  const mean = (of: (layer: (typeof routing)[number]) => number) =>
    routing.length > 0 ? meanOf(routing.map(of)) : undefined;
  const compute = log?.compute;
  return [
    ...metrics.map((name) => ({
      head: worded(name),
      text: shown(end?.metrics[name], format.bits),
    })),
    { head: 'lowest loss', text: best ? `${format.bits(best.loss)} (step ${best.step})` : '–' },
    {
      head: 'experts / token',
      text: shown(
        mean((l) => l.expertsPerToken),
        format.ratio,
      ),
    },
    {
      head: 'dropped',
      text: shown(
        mean((l) => l.droppedShare),
        format.share,
      ),
    },
    {
      head: 'max violation',
      text: shown(
        mean((l) => l.maxViolation),
        format.ratio,
      ),
    },
    { head: 'training FLOPs', text: shown(compute?.trainingFlops, format.count) },
    { head: 'time', text: shown(compute?.seconds, (s) => `${format.count(s)} s`) },
  ];
}

/** `bitsPerByte` as words. */
const worded = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function shown(value: number | undefined, as: (value: number) => string): string {
  return value === undefined ? '–' : as(value);
}
