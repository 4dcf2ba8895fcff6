import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import { htmlPage } from './html-page.js';
import type { Panel } from './panel.js';
import { renderPanel } from './panel.js';

/** A page, or one of several parts of a page: what it says first, then its panels, each with a link in the contents. */
export interface PagePart {
  /** Before the ids of its panels where a page has several parts. */
  readonly id: string;
  readonly title: string;
  /** In a line under the title. */
  readonly subtitle: string;
  /** Banners and the answer: a reader wants these first. */
  readonly lead?: Markup;
  readonly panels: readonly Panel[];
}

/** The page of one part. */
export function partPage(part: PagePart): string {
  return htmlPage({
    title: part.title,
    header: headingOf(part, 'h1'),
    contents: listOf(part.panels),
    content: markup`<div class="run">${part.lead}${part.panels.map(renderPanel)}</div>`,
  });
}

/**
 * The page of several parts under one title.
 * @param lead before the first part      @param parts with ids that differ
 */
export function partsPage(title: string, lead: Markup, parts: readonly PagePart[]): string {
  const named = parts.map((part) => ({
    ...part,
    panels: part.panels.map((panel) => ({ ...panel, id: `${part.id}-${panel.id}` })),
  }));
  const contents = named.map(
    (part) =>
      markup`<li><a href="#${part.id}">${part.title}</a><ul>${part.panels.map(linkOf)}</ul></li>`,
  );
  return htmlPage({
    title,
    header: markup`<h1>${title}</h1>${lead}`,
    contents: markup`<ul>${contents}</ul>`,
    content: markup`${named.map(
      (part) =>
        markup`<article class="run" id="${part.id}" aria-label="${part.title}">${headingOf(part, 'h2')}${part.lead}${part.panels.map(renderPanel)}</article>`,
    )}`,
  });
}

function headingOf({ title, subtitle }: PagePart, level: 'h1' | 'h2'): Markup {
  const heading = level === 'h1' ? markup`<h1>${title}</h1>` : markup`<h2>${title}</h2>`;
  return markup`${heading}<p class="note">${subtitle}</p>`;
}

const listOf = (panels: readonly Panel[]) => markup`<ul>${panels.map(linkOf)}</ul>`;
const linkOf = ({ id, title }: Panel) => markup`<li><a href="#${id}">${title}</a></li>`;
