import { escapeHtml } from '../escape.js';
import type { DataTable } from './data-table.js';
import { numbers } from './data-table.js';

/** One picture, or several small ones that share their numbers. */
export interface Panel {
  /** Anchor within the page. */
  readonly id: string;
  readonly title: string;
  /** How to read it, in a sentence. */
  readonly note: string;
  /** HTML: charts, figures, cards. */
  readonly body: string;
  /** Every number in the pictures. */
  readonly table?: DataTable;
}

export function renderPanel({ id, title, note, body, table }: Panel): string {
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${escapeHtml(title)}</h2>${note && `<p class="note">${escapeHtml(note)}</p>`}${body}${table ? numbers(table) : ''}</section>`;
}

/** A wide chart: on a narrow screen it scrolls instead of shrinking. */
export function wideChart(svg: string): string {
  return `<div class="chart" tabindex="0" role="region" aria-label="chart">${svg}</div>`;
}

/** Small pictures beside each other, each with its name. */
export function smallCharts(
  charts: readonly { readonly title: string; readonly note?: string; readonly svg: string }[],
): string {
  const figures = charts.map(
    ({ title, note, svg }) =>
      `<figure><figcaption>${escapeHtml(title)}${note ? ` <span class="note">${escapeHtml(note)}</span>` : ''}</figcaption>${svg}</figure>`,
  );
  return `<div class="maps">${figures.join('')}</div>`;
}

/** What the colours of a chart mean. */
export function legend(
  items: readonly { readonly name: string; readonly colour: string }[],
): string {
  const entries = items.map(
    ({ name, colour }) =>
      `<span><i class="dot" style="background:${colour}"></i>${escapeHtml(name)}</span>`,
  );
  return `<p class="legend">${entries.join('')}</p>`;
}
