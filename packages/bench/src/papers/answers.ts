import { hasLearned, unlearned } from '../results/learned.js';
import type { Results, Row } from '../results/results-schema.js';
import { isLabelled } from '../spec/label.js';
import { namedExperiments } from './all.js';
import type { Answer, Answerable, NamedExperiment } from './named-experiment.js';

/**
 * The answer of results to their experiment's question; null for an experiment of the user's own. Rows that learned nothing
 * say nothing: they are left out, and named.
 */
export function answerOf(results: Answerable): Results['answer'] {
  const { name } = results.manifest.experiment;
  const experiment = namedExperiments().find((known) => known.name === name);
  const answer = experiment && answerOfLearned(experiment, results);
  return answer ? { sentence: answer.sentence, findings: [...answer.findings] } : null;
}

function answerOfLearned(experiment: NamedExperiment, results: Answerable): Answer | null {
  const rows = results.rows.filter((row) => mayAnswer(row, experiment, results));
  const weak = unlearned(
    results,
    results.rows.filter((row) => !rows.includes(row)),
  );
  if (weak.length === 0) return experiment.answer(results);
  const answer = experiment.answer({ ...results, rows });
  const out = weak.map((sentence) => `Left out. ${sentence}`);
  return answer
    ? {
        sentence: `Among the rows that learned: ${answer.sentence}`,
        findings: [...answer.findings, ...out],
      }
    : { sentence: NO_ANSWER, findings: out };
}

const NO_ANSWER =
  'No answer: the rows it depends on learned nothing that could be compared. Train longer: --set training.steps=N.';

/** Failed rows are left out; a control is there for what it does not learn. */
function mayAnswer(row: Row, experiment: NamedExperiment, results: Answerable): boolean {
  return !row.figures || isControlOf(experiment, row) || hasLearned(row, results.manifest.metrics);
}

/** Whether the experiment has the row for what it does not learn. */
export const isControlOf = ({ controls = [] }: NamedExperiment, { label }: Row) =>
  controls.some((name) => isLabelled(label, name));
