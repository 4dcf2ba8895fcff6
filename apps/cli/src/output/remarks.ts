import type { Results, Row } from '@moekit/bench';
import { format, missingInterval } from '@moekit/bench';
import pc from 'picocolors';

import { wrap } from './wrap.js';

/** What to mind when reading the table: what learned nothing, what cannot be told apart, what went wrong. */
export function remarks(results: Results): string[] {
  const { answer } = results;
  return [
    ...beating(results),
    ...differences(results),
    ...(answer ? wrap([pc.bold(answer.sentence), ...answer.findings]) : []),
    ...errors(results),
  ];
}

const labels = (rows: readonly Row[]) => rows.map(({ label }) => label).join(', ');

function beating({ rows, reference, manifest }: Results): string[] {
  const weak = rows.filter(({ figures }) => figures?.beatsReference === false);
  const beat = rows.filter(({ figures }) => figures?.beatsReference === true);
  const finished = rows.filter(({ figures }) => figures !== null);
  const { name, unit } = manifest.metrics[0]!;
  const level = reference?.metrics[name];
  const figure = level === undefined ? '' : ` (${format.bits(level)} ${unit})`;
  const model = `the ${reference?.name} reference${figure}`;
  if (weak.length > 0)
    return wrap([
      `Does not beat ${model}, so it learned nothing to compare: ${labels(weak)}. Train longer.`,
    ]).map(pc.red);
  if (finished.length === 0 || beat.length < finished.length) return [];
  return wrap([`Every finished row beats ${model}.`]).map(pc.green);
}

/** Of rows that learned something alone: that others are alike says nothing of routers. */
function differences({ rows, manifest }: Results): string[] {
  const { name } = manifest.metrics[0]!;
  const learned = rows.filter(({ figures }) => figures && figures.beatsReference !== false);
  const compared = learned.filter((row) => !row.baseline && baselineLearned(row, rows));
  const differenceOf = ({ figures }: Row) => figures!.metrics[name]?.difference ?? null;
  const same = compared.filter((row) => differenceOf(row)?.distinguishable === false);
  const without = compared.filter((row) => !differenceOf(row)?.interval);
  const groups = new Set(rows.map(({ group }) => group)).size;
  const baseline = rows.find((row) => row.baseline)?.label ?? 'the baseline';
  const against = groups > 1 ? 'the baseline of its group' : baseline;
  const reasons = [...new Set(without.map((row) => missingInterval(differenceOf(row))))];
  return wrap([
    ...(same.length > 0 ? [`Not distinguishable from ${against} at 95%: ${labels(same)}.`] : []),
    ...reasons.map((reason) => {
      const rest = without.filter((row) => missingInterval(differenceOf(row)) === reason);
      return reason === 'one seed'
        ? 'One seed: differences have no interval.'
        : `Difference without an interval (${reason}): ${labels(rest)}.`;
    }),
  ]);
}

const baselineLearned = ({ group }: Row, rows: readonly Row[]) =>
  rows.find((row) => row.baseline && row.group === group)?.figures?.beatsReference !== false;

/** A message that is long stands whole in results.json. */
const LONGEST = 600;

function errors({ rows }: Results): string[] {
  return rows.flatMap(({ label, errors: all }) =>
    all.map(({ seed, code, message }) => {
      const shown = message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message;
      return pc.red(`${label} seed ${seed}: ${code}: ${shown}`);
    }),
  );
}
