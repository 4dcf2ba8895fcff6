import type { Results } from '../results/results-schema.js';
import { namedExperiments } from './all.js';
import type { Answerable } from './named-experiment.js';

/** What results say to their experiment's question; null for an experiment of the user's own. */
export function answerOf(results: Answerable): Results['answer'] {
  const { name } = results.manifest.experiment;
  const experiment = namedExperiments().find((known) => known.name === name);
  const answer = experiment?.answer(results);
  return answer ? { sentence: answer.sentence, findings: [...answer.findings] } : null;
}
