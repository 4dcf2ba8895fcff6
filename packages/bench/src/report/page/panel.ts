import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import type { DataTable } from '../../results/data-table.js';
import { numbers } from './data-table.js';

/** One picture, or several small ones that share their numbers. */
export interface Panel {
  /** Anchor within the page. */
  readonly id: string;
  readonly title: string;
  /** How to read it, in a sentence. */
  readonly note: string;
  /** Charts, figures, tables. */
  readonly body: Markup;
  /** Every number in the pictures. */
  readonly table?: DataTable;
}

export function renderPanel({ id, title, note, body, table }: Panel): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${note && markup`<p class="note">${note}</p>`}${body}${table && numbers(table)}</section>`;
}

/** A chart in two widths: the page shows the one that fits, so that its text stays readable. */
export function chart(draw: (width: ChartWidth) => Markup): Markup {
  return markup`<div class="chart"><div class="wide">${draw('wide')}</div><div class="narrow">${draw('narrow')}</div></div>`;
}

export type ChartWidth = 'wide' | 'narrow';

/** Pixels of a chart's own width: it is shown at 0.8 to 1.4 times that. */
export const CHART_PIXELS: Readonly<Record<ChartWidth, number>> = { wide: 760, narrow: 350 };

interface SmallChart {
  readonly title: string;
  readonly note?: string;
  readonly svg: Markup;
}

/** So many small pictures are shown; more are folded away. */
const SMALL = 12;

/** Small pictures next to each other, each with its name. */
export function smallCharts(charts: readonly SmallChart[]): Markup {
  const figures = charts.map(
    ({ title, note, svg }) =>
      markup`<figure><figcaption>${title}${note && markup` <span class="note">${note}</span>`}</figcaption>${svg}</figure>`,
  );
  const more =
    charts.length > SMALL &&
    markup`<details class="folded"><summary>${charts.length - SMALL} more</summary><div class="maps">${figures.slice(SMALL)}</div></details>`;
  return markup`<div class="maps">${figures.slice(0, SMALL)}</div>${more}`;
}

/** An entry of a legend; `mark` is what stands for it in the chart where that is a number. */
export interface LegendItem {
  readonly name: string;
  readonly colour: string;
  readonly mark?: string;
}

/** The legend of a chart: dots for rows, squares for parts of a whole. */
export function legend(items: readonly LegendItem[], shape: 'dot' | 'square' = 'dot'): Markup {
  const kind = shape === 'dot' ? 'dot' : 'dot square';
  const entries = items.map(
    ({ name, colour, mark }) =>
      markup`<li><i class="${kind}" style="background:${colour}"></i>${mark !== undefined && markup`<b>${mark}</b>`}<span>${name}</span></li>`,
  );
  return markup`<ul class="legend">${entries}</ul>`;
}
