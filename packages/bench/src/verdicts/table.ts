import { markdownTable } from 'markdown-table';

import { toCsv } from '../results/data-table.js';
import { latexTable } from './latex.js';
import { verdictRecords } from './records.js';
import type { Verdict } from './verdict.js';
import { marginWords, rangeWords, signed, verdictWord } from './words.js';

export type TableFormat = 'latex' | 'markdown' | 'csv';
export const tableFormats: readonly TableFormat[] = ['latex', 'markdown', 'csv'];

/**
 * Verdicts as a table for a paper: question, effect with its 95 % interval, margin, verdict, p after Holm's correction, seeds.
 * CSV has every number in full, in columns of its own.
 */
export function verdictTable(verdicts: readonly Verdict[], as: TableFormat): string {
  if (as === 'csv') return toCsv(verdictRecords(verdicts, 'verdicts'));
  const rows = verdicts.map(cells);
  return as === 'latex'
    ? latexTable(HEADER, rows)
    : `${markdownTable([HEADER, ...rows], { align: ['l', 'r', 'r', 'r', 'l', 'r', 'r'] })}\n`;
}

const HEADER = ['question', 'effect', '95% interval', 'margin', 'verdict', 'p', 'seeds'];

function cells(verdict: Verdict): string[] {
  const { name, unit, estimate, planned } = verdict;
  const word = planned ? verdictWord(verdict) : `${verdictWord(verdict)} (exploratory)`;
  const question = unit === '' ? name : `${name} (${unit})`;
  const known = marginWords(verdict);
  if (!estimate) return [question, '–', '–', known, word, '–', '–'];
  const { mean, interval, seeds } = estimate;
  return [question, signed(mean), rangeWords(interval), known, word, pWords(verdict), `${seeds}`];
}

/** The p of the verdict that was reached: of equivalence where that is the verdict, else of a difference. */
function pWords({ kind, estimate }: Verdict): string {
  const p = kind === 'equivalent' ? estimate!.equivalenceP! : estimate!.differenceP;
  return p < 0.001 ? '<0.001' : p.toFixed(3);
}
