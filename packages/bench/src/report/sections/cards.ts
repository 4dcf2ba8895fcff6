import type { Metric } from '@moekit/models';

import type { Results, Row } from '../../results/results-schema.js';
import { isControl } from '../../results/control.js';
import { outcomeWords } from '../../statistics/outcome.js';
import { rowColours } from '../charts/colours.js';
import { format } from '../../statistics/format.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';

/** A card per row: the primary metric, and what the seeds say about the difference to the baseline. */
export function rowCards({ rows, manifest, reference }: Results): Markup {
  const colours = rowColours(rows);
  const metric = manifest.metrics[0]!;
  const cards = rows.map((row, index) => {
    const name = markup`<h3><i class="dot" style="background:${colours[index]!}"></i>${row.label}${isControl(row) && markup` <span class="note">control</span>`}</h3>`;
    return markup`<div class="card">${name}${figuresOf(row, metric, reference)}</div>`;
  });
  return markup`<div class="cards">${cards}</div>`;
}

function figuresOf(row: Row, { name, unit, better }: Metric, reference: Results['reference']) {
  if (row.figures === null) return markup`<p class="bad">no finished trial</p>`;
  const metric = row.figures.metrics[name];
  if (!metric) return markup`<p class="bad">no ${name}</p>`;
  const weak =
    row.figures.beatsReference === false &&
    markup`<p class="bad">does not beat the ${reference?.name} reference</p>`;
  return markup`<p class="big">${format.bits(metric.value.mean)}<small> ${unit}</small></p><p class="note">${against(row, metric.difference, better)}</p>${weak}`;
}

function against(
  { baseline }: Row,
  difference: NonNullable<Row['figures']>['metrics'][string]['difference'],
  better: Metric['better'],
): string {
  if (baseline) return 'baseline';
  const words = outcomeWords(difference, better);
  return difference === null ? words : `${format.difference(difference)} (${words})`;
}
