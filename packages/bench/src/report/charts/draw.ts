import type { PlotOptions } from '@observablehq/plot';
import { plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import { Markup, markup } from '../markup.js';

/** Text size of every chart, in pixels of its own width. */
const FONT_SIZE = 13;

/**
 * A chart as inline SVG that follows the page's colours and scales with its container.
 * The same options give the same text.
 * @param description for readers who do not see it
 */
export function draw(options: PlotOptions, description: string): Markup {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = plot({
    document,
    className: 'plot',
    ...options,
    style: { fontSize: `${FONT_SIZE}px`, background: 'none' },
  });
  for (const name of ['width', 'height', 'style']) svg.removeAttribute(name);
  svg.setAttribute('aria-label', description);
  svg.setAttribute('role', 'img');
  svg.setAttribute('font-size', String(FONT_SIZE));
  return written(svg);
}

const [ELEMENT, TEXT] = [1, 3];

/** The members of a node that are read: pages are drawn without a browser, and without its types. */
interface Drawn {
  readonly nodeType: number;
  readonly textContent: string | null;
  readonly localName: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly childNodes: Iterable<Drawn>;
}

/** A drawing as the page's own markup: what Plot was given as text stays text, whatever it holds. */
function written(node: Drawn): Markup {
  if (node.nodeType === TEXT) return markup`${node.textContent}`;
  const { localName, attributes, childNodes } = node;
  const name = Markup.trusted(localName);
  const kept = [...attributes].filter((each) => !each.name.startsWith('xmlns'));
  const given = kept.map((each) => markup` ${Markup.trusted(each.name)}="${each.value}"`);
  const inside = [...childNodes].filter(isDrawn).map(written);
  return markup`<${name}${given}>${inside}</${name}>`;
}

/** Inline SVG needs no style sheet of its own. */
const isDrawn = ({ nodeType, localName }: Drawn) =>
  nodeType === TEXT || (nodeType === ELEMENT && localName !== 'style');
