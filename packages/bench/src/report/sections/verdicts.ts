import type { Metric } from '@moekit/models';

import type { Results, Row } from '../../results/results-schema.js';
import { rowColours } from '../charts/colours.js';
import { escapeHtml } from '../escape.js';
import { format } from '../format.js';

/** A card per row: the primary metric, and what the seeds say about the difference to the baseline. */
export function verdicts({ rows, manifest }: Results): string {
  const colours = rowColours(rows);
  return `<div class="cards">${rows.map((row, index) => card(row, manifest.metrics[0]!, colours[index]!)).join('')}</div>`;
}

function card(
  { label, figures }: Row,
  { name: key, unit, better }: Metric,
  colour: string,
): string {
  const name = `<h3><i class="dot" style="background:${colour}"></i>${escapeHtml(label)}</h3>`;
  if (figures === null)
    return `<div class="card">${name}<p class="bad">no finished trial</p></div>`;
  const { value, difference } = figures.metrics[key] ?? { value: undefined, difference: null };
  if (value === undefined) return `<div class="card">${name}<p class="bad">no ${key}</p></div>`;
  const words = format.verdict(difference, better);
  const against = difference === null ? words : `${format.difference(difference)} (${words})`;
  return `<div class="card">${name}<p class="big">${format.bits(value.mean)}<small> ${unit}</small></p><p class="note">${against}</p></div>`;
}
