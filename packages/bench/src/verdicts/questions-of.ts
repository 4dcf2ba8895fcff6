import type { Question } from '../spec/question.js';
import { namedExperiments } from '../papers/all.js';
import type { Answerable } from '../papers/named-experiment.js';

/** A question, and whether it was written down before the run. */
export interface Asked {
  readonly question: Question;
  readonly planned: boolean;
}

/**
 * The questions of the experiment. Without any in its file, those that a built-in experiment of its name has now are asked of it,
 * as are all rows against their baseline: they are exploratory, since the run was made without them.
 */
export function questionsOf(results: Answerable): readonly Asked[] {
  const { questions, name } = results.manifest.experiment;
  const planned = (questions ?? []).map((question) => ({ question, planned: true }));
  const later = questions ? [] : questionsNow(name);
  const known = [...planned, ...later.map((question) => ({ question, planned: false }))];
  const first = results.manifest.metrics[0]!.name;
  const names = new Set(known.map(({ question }) => key(question, first)));
  const rest = againstBaseline(results).filter((question) => !names.has(key(question, first)));
  return [...known, ...rest.map((question) => ({ question, planned: false }))];
}

/** Those of the built-in experiment of that name. */
function questionsNow(name: string | undefined): readonly Question[] {
  const known = namedExperiments().find((experiment) => experiment.name === name);
  return known?.presets.large.questions ?? known?.base.questions ?? [];
}

/** Each row less the baseline of its group. */
function againstBaseline({ rows }: Answerable): readonly Question[] {
  return rows.flatMap((row) => {
    const baseline = rows.find((other) => other.baseline && other.group === row.group);
    if (!baseline || baseline === row) return [];
    return [
      { name: `${row.label} − ${baseline.label}`, rows: { [row.label]: 1, [baseline.label]: -1 } },
    ];
  });
}

/** The comparison that a question makes, whatever its name. */
const key = ({ rows, figure, minus, dropFree = false }: Question, first: string) =>
  JSON.stringify([Object.entries(rows).toSorted(), figure ?? first, minus, dropFree]);
