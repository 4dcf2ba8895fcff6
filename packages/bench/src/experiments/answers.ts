import type { Results } from '../results/results-schema.js';

/** What results say to their experiment's question; null for an experiment of the user's own. */
export function answerOf(_results: Results): Results['answer'] {
  return null;
}
