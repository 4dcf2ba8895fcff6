import type { LayerTime, LayerTimes } from '@moekit/bench';
import { format } from '@moekit/bench';
import { ROUTING_FIGURES } from '@moekit/core';

import type { Column } from './table/columns.js';
import { renderTable } from './table/render-table.js';
import { wrap } from './text/wrap.js';

type LayerColumn = Column<LayerTime>;

/** A figure of routing that decides how much a layer computes. */
function routingColumn(name: 'expertsPerToken' | 'droppedShare', importance: number): LayerColumn {
  const { column, format: kind } = ROUTING_FIGURES[name];
  return { head: column, align: 'right', importance, cell: (row) => format[kind](row[name]) };
}

const COLUMNS: readonly LayerColumn[] = [
  { head: 'router', importance: 0, least: 18, cell: ({ label }) => label },
  { head: 'capacity', importance: 1, cell: ({ dropFree }) => (dropFree ? 'none' : 'limited') },
  routingColumn('expertsPerToken', 2),
  routingColumn('droppedShare', 3),
  {
    head: 'forward FLOPs/token',
    align: 'right',
    importance: 0,
    cell: ({ flopsPerToken }) => format.count(flopsPerToken),
  },
  {
    head: 'ms',
    align: 'right',
    importance: 0,
    cell: ({ machine }) => machine.milliseconds.toFixed(1),
  },
  {
    head: 'quartiles',
    align: 'right',
    importance: 4,
    cell: ({ machine: { spread } }) => spread.map((ms) => ms.toFixed(1)).join(' – '),
  },
];

/** What `moekit layer-time` measured: milliseconds next to counted FLOPs. */
export function renderLayerTimes({ backend, settings, rows }: LayerTimes, columns: number): string {
  const { tokens, numExperts, expertWidth, modelWidth, repeats } = settings;
  const heading = `Forward and backward of one MoE layer: ${tokens} tokens of width ${modelWidth}, ${numExperts} experts of width ${expertWidth}, backend ${backend}, median of ${repeats}, interleaved.`;
  return [...wrap([heading], columns), '', renderTable(rows, COLUMNS, { columns }), ''].join('\n');
}
