import type { Metric } from '@moekit/models';

import { format } from '../statistics/format.js';
import { hasSpread, outcomeOf } from '../statistics/outcome.js';
import type { PairedDifference } from '../statistics/paired-difference.js';
import type { ComparedRow, Ranking } from './ranking.js';
import { differenceBetween, rankingsOf } from './ranking.js';
import type { Results } from './results-schema.js';

/** A comparison in a sentence for each group: the best row, by how much, with its interval, against which baseline, over how many seeds. */
export function rankingSentences(
  results: Pick<Results, 'rows' | 'manifest'>,
): readonly { readonly group: string | null; readonly sentence: string }[] {
  return rankingsOf(results).map((ranking) => ({
    group: ranking.group,
    sentence: rankingSentence(ranking),
  }));
}

export function rankingSentence({ rows, baseline, metric }: Ranking): string {
  const ranked = rows.filter(({ rank }) => rank !== null);
  const [best, second] = ranked;
  if (!best) return nothing(rows, metric);
  if (!second) return alone(best, rows, metric);
  if (best.value!.n === 1) return oneSeed(best, baseline?.label, metric);
  if (best.row === baseline) return baselineFirst(best, ranked, metric);
  if (best.outcome === 'unknown')
    return `${first(best, metric)} ${noBaseline(best, baseline?.label)}`;
  if (best.outcome === 'not distinguishable') return undecided(best, ranked, { baseline, metric });
  return `${best.row.label} is best: ${figure(best, metric)}, ${against(best, baseline!.label)}. ${next(best, second, metric)}`.trimEnd();
}

const figure = ({ value }: ComparedRow, { unit }: Metric) => `${format.bits(value!.mean)} ${unit}`;

function nothing(rows: readonly ComparedRow[], metric: Metric): string {
  if (rows.length === 0) return 'There are no rows to compare.';
  if (rows.every(({ reason }) => reason === 'not finished'))
    return 'No trial finished: there is nothing to compare.';
  const first = rows.find(({ reason, value }) => reason === 'learned nothing' && Number.isFinite(value?.mean)); // prettier-ignore
  if (!first)
    return `Nothing can be compared: no row that finished has a figure in ${metric.unit}.`;
  return `Nothing can be compared yet: no row learned more than a simple reference, or all diverged. The first of them is ${first.row.label} with ${figure(first, metric)}. Train longer: --steps N.`;
}

function alone(best: ComparedRow, rows: readonly ComparedRow[], metric: Metric): string {
  const others = rows.length > 1 ? 'It is the only row that can be ranked' : 'It is the only row';
  return `${best.row.label}: ${figure(best, metric)} (${seedsOf(best)}). ${others}: there is nothing to compare it with.`;
}

function oneSeed(best: ComparedRow, baseline: string | undefined, metric: Metric): string {
  const { difference, row } = best;
  const how =
    row.label === baseline || difference === null
      ? ''
      : `, ${distance(best)} ${side(difference)} the baseline ${baseline}`;
  return `One seed: nothing can be said about noise. In this run ${row.label} came first with ${figure(best, metric)}${how}. Use --seeds 3 or more to judge.`;
}

function baselineFirst(best: ComparedRow, ranked: readonly ComparedRow[], metric: Metric): string {
  const worse = ranked.filter(({ outcome }) => outcome === 'worse').length;
  const rest = ranked.length - 1;
  const words =
    worse === rest
      ? 'every other row is worse'
      : `${worse} of the other ${rest} rows ${worse === 1 ? 'is' : 'are'} worse, the rest are not distinguishable from it`;
  return `No row beats the baseline ${best.row.label}: ${figure(best, metric)}; over ${seedsOf(best)} ${words}.`;
}

const first = (best: ComparedRow, metric: Metric) =>
  `${best.row.label} has the best mean: ${figure(best, metric)} (${seedsOf(best)}).`;

function noBaseline({ difference }: ComparedRow, baseline: string | undefined): string {
  if (baseline === undefined) return 'There is no baseline.';
  return difference === null
    ? `No seed finished in it and in the baseline ${baseline}: no difference can be taken.`
    : `Its difference to the baseline ${baseline} has no interval: ${difference.n} seed in both.`;
}

function undecided(
  best: ComparedRow,
  ranked: readonly ComparedRow[],
  { baseline, metric }: { baseline: Ranking['baseline']; metric: Metric },
): string {
  const better = ranked.filter(({ outcome }) => outcome === 'better').map(({ row }) => row.label);
  const start =
    better.length > 0
      ? `Better than the baseline ${baseline!.label}: ${better.join(', ')}. But the best mean is that of ${best.row.label}`
      : `No row is distinguishably better than the baseline ${baseline!.label}. The best mean is that of ${best.row.label}`;
  return `${start}: ${figure(best, metric)}, ${against(best, baseline!.label)}.`;
}

/** `0.142 [0.100, 0.184] (4.6%) below the baseline dense over 3 seeds` */
function against(ranked: ComparedRow, baseline: string): string {
  const difference = ranked.difference!;
  const word = {
    better: '',
    worse: '',
    unknown: '',
    'not distinguishable': ', not distinguishable',
  };
  const spread = hasSpread(difference) ? '' : ', without any spread over seeds';
  return `${distance(ranked)} ${side(difference)} the baseline ${baseline} over ${difference.n} seeds${word[ranked.outcome]}${spread}`;
}

function distance({ difference, relative }: ComparedRow): string {
  const { mean, interval } = difference!;
  const sign = mean < 0 ? -1 : 1;
  const range =
    interval &&
    interval
      .map((end) => sign * end)
      .toSorted((a, b) => a - b)
      .map(format.bits);
  const percent = relative === null ? '' : ` (${format.relative(Math.abs(relative))})`;
  return `${format.bits(Math.abs(mean))}${range ? ` [${range.join(', ')}]` : ''}${percent}`;
}

const side = ({ mean }: PairedDifference) => (mean <= 0 ? 'below' : 'above');

/** The verdict of the seeds on the best row and the one behind it. */
function next(best: ComparedRow, second: ComparedRow, metric: Metric): string {
  const difference = differenceBetween(best.row, second.row, metric);
  const name = second.row.baseline ? `the baseline ${second.row.label}` : second.row.label;
  switch (outcomeOf(difference, metric.better)) {
    case 'better':
      return second.row.baseline
        ? ''
        : `It is also better than the next, ${name} (${format.difference(difference)}).`;
    case 'unknown':
      return `Whether it is better than the next, ${name}, no pair of seeds tells.`;
    default:
      return `It is not distinguishable from the next, ${name} (${format.difference(difference)}).`;
  }
}

function seedsOf({ value }: ComparedRow): string {
  return value!.n === 1 ? 'one seed' : `${value!.n} seeds`;
}
