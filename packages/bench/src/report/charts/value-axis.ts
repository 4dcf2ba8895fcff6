import { format } from '../../statistics/format.js';

/** An axis of values, and what a reader must know of it. */
export interface ValueAxis {
  readonly domain: readonly [number, number];
  /** Where it starts, and how far apart the values are. */
  readonly words: string;
}

/** An axis that does not start at 0 spans at least this share of its middle, so that 4% take a sixth of it. */
const LEAST_SPAN = 0.25;
/** Values that reach below this share of the largest are drawn from 0. */
const FROM_ZERO = 0.5;
const ROOM = 0.06;

/**
 * The range for values on a chart; of values that are not finite nothing is drawn.
 * @param write a value in words
 */
export function valueAxis(
  given: readonly number[],
  write: (value: number) => string = format.bits,
): ValueAxis {
  const values = given.filter(Number.isFinite);
  if (values.length === 0) return { domain: [0, 1], words: '' };
  const [low, high] = [least(values), most(values)];
  if (low >= 0 && low <= FROM_ZERO * high) return { domain: [0, high * (1 + ROOM)], words: '' };
  const middle = low / 2 + high / 2;
  const span = Math.max(high - low, LEAST_SPAN * Math.abs(middle), 1e-9) * (1 + 2 * ROOM);
  const domain: [number, number] = [middle - span / 2, middle + span / 2];
  if (!domain.every(Number.isFinite)) return { domain: [low, high], words: '' };
  return { domain, words: wordsOf(domain, [low, high], write) };
}

function wordsOf(
  [from, to]: readonly [number, number],
  [low, high]: readonly [number, number],
  write: (value: number) => string,
) {
  const apart = format.relative((high - low) / Math.min(Math.abs(low), Math.abs(high)));
  const spread = low * high > 0 ? ` the values lie within ${apart} of each other.` : '';
  return `The axis shows ${write(from)} to ${write(to)} and does not start at 0;${spread || ' it holds both signs.'}`;
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
