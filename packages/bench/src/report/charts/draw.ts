import type { PlotOptions } from '@observablehq/plot';
import { plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import { escapeHtml } from '../escape.js';

/** Text size of every chart, in pixels of its own width. */
const FONT_SIZE = 13;

/**
 * A chart as inline SVG that follows the page's colours and scales with its container.
 * The same options give the same text.
 * @param description what a reader who does not see it is told
 */
export function draw(options: PlotOptions, description: string): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = plot({
    document,
    className: 'plot',
    ...options,
    style: { fontSize: `${FONT_SIZE}px`, background: 'none' },
  });
  svg.querySelectorAll('style').forEach((style: { remove(): void }) => style.remove());
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  svg.removeAttribute('style');
  svg.setAttribute('font-size', String(FONT_SIZE));
  // the page has no network, and inline SVG needs no namespace
  return svg.outerHTML
    .replace(/\sxmlns(:\w+)?="[^"]*"/g, '')
    .replace('<svg', `<svg role="img" aria-label="${escapeHtml(description)}"`);
}
