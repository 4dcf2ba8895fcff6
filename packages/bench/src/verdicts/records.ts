import type { Cell, DataTable } from '../results/data-table.js';
import type { Verdict } from './verdict.js';
import { verdictWord } from './words.js';

/** Everything about each verdict, numbers in full. */
export function verdictRecords(verdicts: readonly Verdict[], name: string): DataTable {
  const columns = FIELDS.map(([column]) => column);
  return { name, columns, rows: verdicts.map(cellsOf), repeats: true };
}

const FIELDS: readonly (readonly [string, (verdict: Verdict) => Cell])[] = [
  ['question', ({ name }) => name],
  ['planned', ({ planned }) => (planned ? 'yes' : 'no')],
  ['verdict', verdictWord],
  ['unit', ({ unit }) => unit],
  ['difference', ({ estimate }) => estimate?.mean ?? null],
  ['95% from', ({ estimate }) => estimate?.interval[0] ?? null],
  ['95% to', ({ estimate }) => estimate?.interval[1] ?? null],
  ['90% from', ({ estimate }) => estimate?.narrow[0] ?? null],
  ['90% to', ({ estimate }) => estimate?.narrow[1] ?? null],
  ['margin', ({ margin }) => margin],
  ['p difference', ({ estimate }) => estimate?.differenceP ?? null],
  ['p equivalence', ({ estimate }) => estimate?.equivalenceP ?? null],
  ['seeds', ({ estimate }) => estimate?.seeds ?? null],
  ['degrees of freedom', ({ estimate }) => estimate?.df ?? null],
  ['spread', ({ estimate }) => estimate?.method ?? null],
  ['seed correlation', ({ estimate }) => estimate?.correlation ?? null],
  ['seeds to decide', ({ needed }) => needed],
  ['reason', ({ reason }) => reason],
];

const cellsOf = (verdict: Verdict): Cell[] => FIELDS.map(([, cell]) => cell(verdict));
