import { verdictRecords } from '../../verdicts/records.js';
import type { Verdict } from '../../verdicts/verdict.js';
import {
  marginWords,
  rangeWords,
  signed,
  verdictWord,
  verdictWords,
} from '../../verdicts/words.js';
import { forest } from '../charts/forest.js';
import type { ForestRow } from '../charts/forest.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import { numbers } from '../page/data-table.js';
import type { Panel } from '../page/panel.js';

/** The planned questions with their verdicts in sentences, then drawn; nothing where none was planned. */
export function verdictsSection(verdicts: readonly Verdict[], id: string): Markup | undefined {
  const planned = verdicts.filter((verdict) => verdict.planned);
  if (planned.length === 0) return undefined;
  const sentences = planned.map((verdict) => markup`<li>${verdictWords(verdict)}</li>`);
  const note =
    planned.length === 1
      ? ''
      : ` Each p value is corrected for the ${planned.length} questions (Holm).`;
  return markup`<section aria-labelledby="${id}-verdicts"><h2 id="${id}-verdicts">Verdicts</h2><p class="note">${RULE}${note}</p><ul class="verdicts">${sentences}</ul>${drawn(planned)}${numbers(verdictRecords(planned, 'verdicts'))}</section>`;
}

const RULE =
  'Differs (better, worse): the 95% interval leaves out 0. Equivalent: the 90% interval lies within the margin that was declared before the run. Undecided: neither.';

/** Comparisons without a plan, in the same form: they raise questions and settle none. */
export function exploratoryPanel(verdicts: readonly Verdict[]): Panel | undefined {
  const open = verdicts.filter(({ planned, estimate }) => !planned && estimate !== null);
  if (open.length === 0) return undefined;
  return {
    id: 'exploratory',
    title: 'Exploratory comparisons',
    note: 'Not planned before the run, and not corrected for their number: some differ by chance. The spread is that of all rows together, so that intervals are narrower than those of pairs.',
    body: drawn(open),
    table: verdictRecords(open, 'exploratory'),
  };
}

/** A forest for each direction: what is better points one way within a chart. */
function drawn(verdicts: readonly Verdict[]): Markup {
  const directions = ['lower', 'higher', null] as const;
  return markup`${directions.map((better) => {
    const own = verdicts.filter((verdict) => verdict.better === better);
    return own.length > 0 && chartOf(own, better);
  })}`;
}

/** Questions have units of their own; in multiples of their margins they fit one axis, and the band is the same for all. */
function chartOf(verdicts: readonly Verdict[], better: 'lower' | 'higher' | null): Markup {
  return forest({
    caption: 'Differences, drawn in multiples of the margin of each question',
    rows: verdicts.map(rowOf),
    value: 'margin',
    unit: 'margins',
    better,
    level: null,
    margin: 1,
    lines:
      'Lines are 95% intervals. A verdict of equivalence rests on the 90% interval, which is shorter.',
  });
}

function rowOf(verdict: Verdict, index: number): ForestRow {
  const { name, estimate, margin, unit } = verdict;
  const scaled = (value: number) => value / margin!;
  const drawable = estimate !== null && margin !== null;
  return {
    label: name,
    colour: 'var(--ink)',
    mark: String(index + 1),
    ranked: true,
    value: marginWords(verdict),
    shown: estimate
      ? [signed(estimate.mean), rangeWords(estimate.interval), unit].filter(Boolean).join(' ')
      : '–',
    n: estimate?.seeds ?? null,
    difference: drawable ? scaled(estimate.mean) : null,
    interval: drawable ? [scaled(estimate.interval[0]), scaled(estimate.interval[1])] : null,
    relative: null,
    words: estimate ? verdictWord(verdict) : (verdict.reason ?? 'undecided'),
  };
}
