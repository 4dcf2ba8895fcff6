import type { RankedRow, Results } from '@moekit/bench';
import { format, rankRows } from '@moekit/bench';

import { paint } from './paint.js';
import { qualityHead, resultColumns } from './results-columns.js';
import type { Column } from './table/columns.js';
import { renderTable } from './table/render-table.js';

/** A row of a comparison, or the reference that comes last. */
type Line = RankedRow | 'reference';

/** The comparison as a terminal table, ranked, the best row marked with a star, the reference last. */
export function resultsTable(results: Results, columns: number): string {
  const { reference, manifest, rows } = results;
  const ranked: Line[] = [...rankRows(results), ...(reference ? (['reference'] as const) : [])];
  const grouped = new Set(rows.map(({ group }) => group)).size > 1;
  return renderTable(ranked, resultColumns(results).map(withReference), {
    columns,
    ...(grouped && { group: (line) => (line === 'reference' ? 'all' : groupOf(line, manifest)) }),
  });

  function withReference(column: Column<RankedRow>): Column<Line> {
    const cell = (line: Line) =>
      line === 'reference'
        ? { text: referenceCell(column.head, results), paint: paint.dim }
        : column.cell(line);
    return { ...column, cell };
  }
}

function groupOf({ row }: RankedRow, { experiment }: Results['manifest']): string {
  return row.group ?? experiment.name ?? 'main group';
}

function referenceCell(head: string, { reference, manifest, rows }: Results): string {
  const [{ name, unit }] = manifest.metrics as [Results['manifest']['metrics'][number]];
  if (head.endsWith('router')) {
    const indent = ' '.repeat(String(rows.length).length + 2);
    return `${indent}${reference!.name} (reference)`;
  }
  const value = reference!.metrics[head === 'loss' ? 'loss' : name];
  const shows = head === 'loss' || head === qualityHead(unit);
  return shows && value !== undefined ? format.bits(value) : '';
}
