import type { Bar, KernelTime, KernelTimes } from '@moekit/bench';

import type { Column } from './table/columns.js';
import { renderTable } from './table/render-table.js';
import { plainLine } from './text/measure.js';
import { wrap } from './text/wrap.js';

const COLUMNS: readonly Column<KernelTime>[] = [
  { head: 'contender', importance: 0, least: 16, cell: ({ contender }) => contender },
  { head: 'pass', importance: 0, cell: ({ pass }) => pass },
  {
    head: 'ms',
    align: 'right',
    importance: 0,
    cell: ({ milliseconds }) => milliseconds.toFixed(1),
  },
  {
    head: 'quartiles',
    align: 'right',
    importance: 2,
    cell: ({ spread }) => spread.map((ms) => ms.toFixed(1)).join(' – '),
  },
  {
    head: 'GFLOP/s',
    align: 'right',
    importance: 1,
    cell: ({ gigaflopsPerSecond }) => gigaflopsPerSecond.toFixed(1),
  },
  {
    head: '/ dense',
    align: 'right',
    importance: 0,
    cell: ({ rateToDense }) => rateToDense.toFixed(2),
  },
];

/** What `moekit kernel-times` measured, case by case. */
export function renderKernelTimes(
  { backend, cores, repeats, times }: KernelTimes,
  columns: number,
): string {
  const heading = `Backend ${backend}, ${cores} cores, median of ${repeats}, interleaved.`;
  const table = renderTable(times, COLUMNS, { columns, group: (time) => time.case });
  return [...wrap([heading], columns), '', table, ''].join('\n');
}

/** Which bars are reached. */
export function renderBars(bars: readonly Bar[], columns: number): string {
  const lines = bars.map(
    ({ text, pass, value, bound, reached }) =>
      `${reached ? 'reached    ' : 'not reached'} ${text}, ${pass}: ${value.toFixed(2)} (bar ${bound})`,
  );
  return ['', ...wrap(lines.map(plainLine), columns, { hanging: ' '.repeat(12) }), ''].join('\n');
}
