import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import type { DataTable } from './data-table.js';
import { numbers } from './data-table.js';

/** One picture, or several small ones that share their numbers. */
export interface Panel {
  /** Anchor within the page. */
  readonly id: string;
  readonly title: string;
  /** How to read it, in a sentence. */
  readonly note: string;
  /** Charts, figures, cards. */
  readonly body: Markup;
  /** Every number in the pictures. */
  readonly table?: DataTable;
}

export function renderPanel({ id, title, note, body, table }: Panel): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${note && markup`<p class="note">${note}</p>`}${body}${table && numbers(table)}</section>`;
}

/** A wide chart: on a narrow screen it scrolls instead of shrinking. */
export function wideChart(svg: Markup): Markup {
  return markup`<div class="chart" tabindex="0" role="region" aria-label="chart">${svg}</div>`;
}

/** Small pictures next to each other, each with its name. */
export function smallCharts(
  charts: readonly { readonly title: string; readonly note?: string; readonly svg: Markup }[],
): Markup {
  const figures = charts.map(
    ({ title, note, svg }) =>
      markup`<figure><figcaption>${title}${note && markup` <span class="note">${note}</span>`}</figcaption>${svg}</figure>`,
  );
  return markup`<div class="maps">${figures}</div>`;
}

/** The legend of a chart. */
export function legend(
  items: readonly { readonly name: string; readonly colour: string }[],
): Markup {
  const entries = items.map(
    ({ name, colour }) =>
      markup`<span><i class="dot" style="background:${colour}"></i>${name}</span>`,
  );
  return markup`<p class="legend">${entries}</p>`;
}
