import type { Answerable } from '../papers/named-experiment.js';
import { findLabelled } from '../spec/label.js';
import { MARGIN } from '../spec/question.js';
import type { Question } from '../spec/question.js';
import { meanOf } from '../statistics/summary.js';
import type { figureOf } from './figure-of.js';

/** Its own, or its share of the figure of the rows that are taken off; of all rows where it takes off a figure. */
export function marginOf(
  { rows }: Answerable,
  { margin = MARGIN, within, minus, rows: weights }: Question,
  figure: ReturnType<typeof figureOf>,
): number | null {
  if (within !== undefined) return within;
  if (minus !== undefined) return null; // a share of a difference says nothing
  const against = Object.entries(weights).filter(([, weight]) => weight < 0);
  const values = against.flatMap(([label]) =>
    (findLabelled(rows, label)?.trials ?? []).flatMap((trial) => figure(trial) ?? []),
  );
  const level = Math.abs(meanOf(values));
  return level > 0 && Number.isFinite(level) ? margin * level : null;
}
