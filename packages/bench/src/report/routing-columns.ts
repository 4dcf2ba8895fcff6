import type { RoutingFigure, RoutingFigureName } from '@moekit/core';
import { ROUTING_FIGURES } from '@moekit/core';

import type { Figures } from '../results/results-schema.js';
import { format } from '../statistics/format.js';

/** A column of the tables that compare rows: one figure of routing. */
export interface RoutingColumn {
  readonly head: string;
  /** In at most two short lines. */
  readonly narrow: string;
  /** The cells of a row; a dense one has no routing. */
  show(figures: Figures): string;
}

/** The figures that have a column, in the order of their list. */
export const routingColumns: readonly RoutingColumn[] = Object.entries<RoutingFigure>(
  ROUTING_FIGURES,
).flatMap(([name, { column, narrow = column?.replace(' / ', '\n/'), format: kind }]) => {
  if (column === undefined || narrow === undefined) return [];
  const show = (figures: Figures) =>
    figures.match ? format[kind](figures[name as RoutingFigureName]) : '–';
  return [{ head: column, narrow, show }];
});
