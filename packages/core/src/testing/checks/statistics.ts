import type { Router } from '../../contract/router.js';
import type { Routing } from '../../contract/routing.js';
import type { PassStatistic, PassStatistics } from '../../stats/statistics.js';
import { joinStatistics } from '../../stats/statistics.js';
import type { Batch } from '../batch.js';
import { inSequences, masked, pickTokens, randomBatch, sequencesFrom } from '../batch.js';
import { firstDifference } from '../compare.js';
import { gradientsOf } from '../gradients.js';
import { pickRouting } from '../pick-routing.js';
import type { ReadRouting } from '../read-routing.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

const SEQUENCES = 4;
const training = { training: true };
/** Nothing competes for room: parts of a batch are then decided as in the whole. */
const whole = { training: true, dropFree: true };

/** Figures per expert that micro-batches and hosts can be joined by: constant, finite, without padding, of the declared kind. */
export function checkStatistics(subject: Subject): void {
  withRouter(subject, (router) => {
    const length = router.numExperts;
    const batch = inSequences(randomBatch(subject, SEQUENCES * length), SEQUENCES);
    const routed = routeBatch(router, batch, training);
    areFinite(routed.statistics);
    areAlike(
      routed.statistics,
      routeBatch(router, sequencesFrom(batch, 0, 1), training).statistics,
    );
    areConstants(router, batch);
    ignorePadding(router, batch);
    join(router, batch);
  });
}

function areFinite(statistics: PassStatistics): void {
  for (const [name, { values }] of Object.entries(statistics)) {
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    ensure(wrong < 0 && values.length > 0, {
      asked: `statistics.${name} must hold finite numbers, some for each expert`,
      got: values.length === 0 ? 'none' : `${values[wrong]} in place ${wrong}`,
      fix: 'Guard divisions by counts, and give experts that got nothing a number too.',
    });
  }
}

/** Names, kinds and shapes do not depend on the batch. */
function areAlike(all: PassStatistics, ofFewer: PassStatistics): void {
  const shapes = (of: PassStatistics) =>
    Object.entries(of).map(([name, { over, values }]) => `${name}: ${over} of ${values.length}`);
  ensure(shapes(all).join() === shapes(ofFewer).join(), {
    asked: 'Statistics must have the same names, kinds and shapes in every pass of training',
    got: `[${shapes(all).join(', ')}] and, for fewer tokens, [${shapes(ofFewer).join(', ')}]`,
    fix: 'Shape them by experts and fixed bins, [E] or [E,B], never by tokens.',
  });
}

function areConstants(router: Router, batch: Batch): void {
  const outputs = ({ statistics = {} }: Routing) =>
    Object.values(statistics).map(({ values }) => values);
  for (const gradients of gradientsOf(router, batch, training, outputs)) {
    const reached = gradients.find(({ values }) => values.some((g) => g !== 0));
    ensure(reached === undefined, {
      asked:
        'Statistics must be constants: they are read after the step, and nothing learns through them',
      got: `a gradient from one to ${reached?.of ?? ''}`,
      fix: 'Compute them from stopGradient(scores).',
    });
  }
}

/** The last token of each sequence is padding: what it held does not matter, nor whether it is there. */
function ignorePadding(router: Router, batch: Batch): void {
  const { length } = batch.sequences!;
  const present = (t: number) => (t + 1) % length !== 0 || length === 1;
  const padded = masked(batch, present);
  const x = padded.x.map((v, i) => (present(Math.floor(i / batch.width)) ? v : 3 - v));
  const routed = [padded, { ...padded, x }].map(
    (given) => routeBatch(router, given, training).statistics,
  ) as [PassStatistics, PassStatistics];
  same(routed[0], routed[1], 'Padding must have no part in statistics', {
    when: 'the content of padding was changed',
    fix: 'Multiply by context.tokenMask, or by a mask that maskTokens cleared, before you sum over tokens.',
  });
  const without = pickTokens(
    batch,
    [...Array(batch.tokens).keys()].filter((t) => present(t)),
  );
  if (length === 1) return;
  const shorter = routeBatch(router, inSequences(without, SEQUENCES), whole);
  const kept = pickRouting(routeBatch(router, padded, whole), indicesOf(batch, present));
  if (!decidedAlike(kept, shorter)) return; // noise is drawn for the whole batch
  same(kept.statistics, shorter.statistics, 'Padding must have no part in statistics', {
    when: 'padding was left out',
    fix: 'Count tokens with countTokens(x.shape[0], context.tokenMask), and average with tokenMean.',
  });
}

const indicesOf = ({ tokens }: Batch, present: (t: number) => boolean) =>
  [...Array(tokens).keys()].filter((t) => present(t));

/** Sums of two halves add up to that of the whole; a mean of the whole lies between those of the halves. */
function join(router: Router, batch: Batch): void {
  const routed = routeBatch(router, batch, whole);
  const halves = [0, SEQUENCES / 2].map((first) => {
    const half = sequencesFrom(batch, first, SEQUENCES / 2);
    return routeBatch(router, half, whole);
  });
  const half = batch.tokens / 2;
  const parts = halves.every((part, i) =>
    decidedAlike(pickRouting(routed, range(i * half, half)), part),
  );
  if (!parts) return; // noise, or a decision over the batch: another batch, other figures
  const passes = halves.map(({ statistics }) => ({ tokens: half, statistics }));
  const joined = joinStatistics(passes);
  for (const [name, { over, values }] of Object.entries(routed.statistics)) {
    const [first, second] = passes.map(({ statistics }) => statistics[name]!) as [
      PassStatistic,
      PassStatistic,
    ];
    const wrong = values.findIndex((value, i) =>
      over === 'sum'
        ? !close(value, joined[name]![i]!)
        : !between(value, first.values[i]!, second.values[i]!),
    );
    ensure(wrong < 0, () => ({
      asked:
        over === 'sum'
          ? `statistics.${name} says 'sum': over two halves of a batch it must add up to the whole's`
          : `statistics.${name} says 'mean': over a batch it must lie between those of its two halves`,
      got: `${values[wrong]} from ${first.values[wrong]} and ${second.values[wrong]} in place ${wrong}`,
      fix: 'Counts and histograms are sums; what does not grow with the batch (a share, a cut) is a mean.',
    }));
  }
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

const tolerance = (a: number, b: number) => 1e-4 * Math.max(1, Math.abs(a), Math.abs(b));
const close = (a: number, b: number) => Math.abs(a - b) <= tolerance(a, b);
const between = (value: number, a: number, b: number) =>
  value >= Math.min(a, b) - tolerance(a, b) && value <= Math.max(a, b) + tolerance(a, b);

function decidedAlike(a: ReadRouting, b: ReadRouting): boolean {
  return firstDifference(a, b) === undefined;
}

function same(
  a: PassStatistics,
  b: PassStatistics,
  asked: string,
  { when, fix }: { readonly when: string; readonly fix: string },
): void {
  for (const [name, { values }] of Object.entries(a)) {
    const other = b[name]?.values ?? [];
    const wrong = values.findIndex((value, i) => !close(value, other[i] ?? NaN));
    ensure(wrong < 0, {
      asked,
      got: `statistics.${name} ${values[wrong]} and ${other[wrong]} when ${when}`,
      fix,
    });
  }
}
