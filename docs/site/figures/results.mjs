import { readFileSync } from 'node:fs';
import { URL } from 'node:url';

import { pairedDifference } from '@moekit/bench';

const folder = new URL('../../results/', import.meta.url);
const LOSS = 'bitsPerByte';

/** Rows of one of docs/results. */
export const rowsOf = (name) => JSON.parse(readFileSync(new URL(`${name}-large.json`, folder), 'utf8')).rows; // prettier-ignore

const row = (label, { mean, interval }) => ({ label, mean, interval });

/** Each row's difference from the baseline in a metric, under labels of one's own where `as` has them. */
export function differences(name, metric = LOSS, as = {}) {
  return rowsOf(name)
    .filter(({ baseline, label, figures }) => !baseline && as[label] !== null && figures)
    .flatMap(({ label, figures }) => {
      const { difference } = figures.metrics[metric] ?? {};
      return difference ? [row(as[label] ?? label, difference)] : [];
    });
}

/** Rows from the lowest mean up. */
export const ordered = (rows) => rows.toSorted((a, b) => a.mean - b.mean);

const bySeed = ({ trials }, value) => new Map(trials.map((trial) => [trial.seed, value(trial)]));

/** The difference of two metrics within each model of a row. */
export function within(name, label, [high, low], as) {
  const one = rowsOf(name).find((each) => each.label === label);
  const metric = (key) => bySeed(one, (trial) => trial.dropFree[key]);
  return row(as, pairedDifference(metric(high), metric(low)));
}

/** The difference of a figure of two rows, averaged over their MoE layers. */
export function between(name, [label, against], figure, as) {
  const rows = rowsOf(name);
  const mean = ({ layers }) => layers.reduce((sum, layer) => sum + layer[figure], 0) / layers.length; // prettier-ignore
  const values = (wanted) => bySeed(rows.find((each) => each.label === wanted), mean); // prettier-ignore
  return row(as, pairedDifference(values(label), values(against)));
}
