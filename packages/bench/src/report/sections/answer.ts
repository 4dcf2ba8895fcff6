import { rankingSentences } from '../../results/ranking-words.js';
import type { Results } from '../../results/results-schema.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';

/** So many findings are shown; more are folded away. */
const SHOWN = 6;

/** The answer of a run in sentences: to its experiment's question, or what its ranking says, one for each group. */
export function answerWords(run: Results): readonly string[] {
  if (run.answer) return [run.answer.sentence];
  const sentences = rankingSentences(run);
  return sentences.map(({ group, sentence }) =>
    sentences.length > 1 ? `${group ?? 'Other rows'}: ${sentence}` : sentence,
  );
}

/** The question where there is one, the answer, and what it rests on. */
export function answerSection(run: Results, id: string): Markup {
  const { about } = run.manifest.experiment;
  const asked =
    about &&
    markup`<p class="question">${about.question}</p><p class="note">${about.claim} ${about.decision}</p>`;
  const words = answerWords(run).map((sentence) => markup`<p class="answer">${sentence}</p>`);
  return markup`<section aria-labelledby="${id}-answer"><h2 id="${id}-answer">Answer</h2>${asked}${words}${findingsOf(run)}</section>`;
}

function findingsOf({ answer }: Results): Markup | undefined {
  const findings = answer?.findings ?? [];
  if (findings.length === 0) return undefined;
  const list = markup`<ul>${findings.map((finding) => markup`<li>${finding}</li>`)}</ul>`;
  if (findings.length <= SHOWN) return list;
  return markup`<details class="folded"><summary>${findings.length} findings behind it</summary>${list}</details>`;
}
