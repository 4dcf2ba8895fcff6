import type { Results, Row } from '../results/results-schema.js';
import { escapeHtml } from './escape.js';
import { format } from './format.js';
import { rowColours } from './palette.js';

/** A card per row: bits per byte, and what the seeds say about the difference to the baseline. */
export function verdicts({ rows }: Results): string {
  const colours = rowColours(rows);
  return `<div class="cards">${rows.map((row, index) => card(row, colours[index]!)).join('')}</div>`;
}

function card({ label, figures }: Row, colour: string): string {
  const name = `<h3><i class="dot" style="background:${colour}"></i>${escapeHtml(label)}</h3>`;
  if (figures === null)
    return `<div class="card">${name}<p class="bad">no finished trial</p></div>`;
  const { bitsPerByte, difference } = figures;
  const words = format.verdict(difference);
  const against = difference === null ? words : `${format.difference(difference)} (${words})`;
  return `<div class="card">${name}<p class="big">${format.bits(bitsPerByte.mean)}<small> bits/byte</small></p><p class="note">${against}</p></div>`;
}
