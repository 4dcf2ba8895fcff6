import { ticksOf } from './strip.js';

/** A difference and its interval, which an axis has to reach. */
export interface Reach {
  readonly difference: number | null;
  readonly interval: readonly [number, number] | null;
}

export interface ForestScale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  /** Whether the least range decided on both sides. */
  readonly floored: boolean;
  /** Whether an interval ends beyond the axis. */
  readonly cut: boolean;
}

/** To either side, the axis reaches at least this share of the baseline's figure. */
const LEAST = 0.05;
/** An interval stretches the axis to at most this many times the largest difference, or the median end of an interval. */
const MOST = 4;
const ROOM = 1.06;

/**
 * An axis around zero with every difference on it; very wide intervals are cut, since they would flatten all the others.
 * @param level the baseline's figure; null where there is none      @param margin of a band that must be seen whole
 */
export function forestScale(rows: readonly Reach[], level: number | null, margin = 0): ForestScale {
  const differences = rows.map(({ difference }) => difference ?? 0).filter(Number.isFinite);
  const ends = rows.flatMap(({ interval }) => interval ?? []);
  const least = Math.max(LEAST * finite(level), 1.5 * Math.abs(margin));
  const most = MOST * Math.max(least, medianOf(ends.map(Math.abs)), ...differences.map(Math.abs));
  const values = [...differences, ...ends].map((value) => Math.min(Math.max(value, -most), most));
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const reach: [number, number] = [Math.min(low, -least) * ROOM, Math.max(high, least) * ROOM];
  const domain: [number, number] = reach[0] < reach[1] ? reach : [-1, 1];
  return {
    domain,
    ticks: ticksOf(domain, 4),
    floored: low >= -least && high <= least && least > 0,
    cut: ends.some((end) => Math.abs(end) > most),
  };
}

const finite = (level: number | null) =>
  level !== null && Number.isFinite(level) ? Math.abs(level) : 0;

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
