import type { Results, Row } from '@moekit/bench';
import {
  hasLearned,
  judge,
  missingInterval,
  referenceWords,
  unlearned,
  verdictWords,
} from '@moekit/bench';

import { paint } from './paint.js';
import { plainLine } from './text/measure.js';
import { wrap } from './text/wrap.js';

/** Remarks on the table: rows that learned nothing, are not distinguishable, or failed. */
export function remarks(results: Results, columns: number): string[] {
  const lines = (texts: readonly string[]) => wrap(texts.map(plainLine), columns);
  const { answer } = results;
  return [
    ...lines(plannedVerdicts(results)).map(paint.bold),
    ...lines(answer ? [answer.sentence] : []).map(paint.bold),
    ...lines(beaten(results)).map(paint.green),
    ...lines(weak(results)).map(paint.red),
    ...lines(differences(results)),
    ...lines(answer?.findings ?? []),
    ...lines(errors(results)).map(paint.red),
  ];
}

/** The questions that were planned before the run, each with its verdict. */
const plannedVerdicts = (results: Results) =>
  judge(results)
    .filter(({ planned }) => planned)
    .map(verdictWords);

const labels = (rows: readonly Row[]) => rows.map(({ label }) => label).join('; ');

function weak(results: Results): string[] {
  const words = unlearned(results);
  return words.length > 0 ? ['Some rows learned nothing that could be compared.', ...words] : [];
}

function beaten(results: Results): string[] {
  const finished = results.rows.filter(({ figures }) => figures !== null);
  const all = unlearned(results).length === 0;
  if (!all || !finished.some(({ figures }) => figures?.beatsReference)) return [];
  return [`Every finished row beats the ${referenceWords(results)}.`];
}

/** Of rows that learned something alone: that others are alike says nothing of routers. */
function differences({ rows, manifest }: Results): string[] {
  const { name } = manifest.metrics[0]!;
  const learned = rows.filter((row) => hasLearned(row, manifest.metrics));
  const compared = learned.filter((row) => !row.baseline && baselineOf(row, learned));
  const differenceOf = ({ figures }: Row) => figures!.metrics[name]?.difference ?? null;
  const same = compared.filter((row) => differenceOf(row)?.distinguishable === false);
  const without = compared.filter((row) => !differenceOf(row)?.interval);
  const groups = new Set(rows.map(({ group }) => group)).size;
  const baseline = rows.find((row) => row.baseline)?.label ?? 'the baseline';
  const against = groups > 1 ? 'the baseline of its group' : baseline;
  const reasons = [...new Set(without.map((row) => missingInterval(differenceOf(row))))];
  return [
    ...(same.length > 0 ? [`Not distinguishable from ${against} at 95%: ${labels(same)}.`] : []),
    ...reasons.map((reason) => {
      const rest = without.filter((row) => missingInterval(differenceOf(row)) === reason);
      return reason === 'one seed'
        ? 'One seed: differences have no interval.'
        : `Difference without an interval (${reason}): ${labels(rest)}.`;
    }),
  ];
}

const baselineOf = ({ group }: Row, rows: readonly Row[]) =>
  rows.find((row) => row.baseline && row.group === group);

/** A message that is long stands whole in results.json. */
const LONGEST = 600;

function errors({ rows }: Results): string[] {
  return rows.flatMap(({ label, errors: all }) =>
    all.map(({ seed, code, message }) => {
      const shown = message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message;
      return `${label} seed ${seed}: ${code}: ${shown}`;
    }),
  );
}
