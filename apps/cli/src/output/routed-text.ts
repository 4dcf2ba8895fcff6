import type { RoutedText, TokenRoute } from '@moekit/models';

import type { Paint } from './paint.js';
import { highlight, paint } from './paint.js';
import { layTokens } from './text/lay-tokens.js';
import { wrap } from './text/wrap.js';

/** Of a terminal's 256 colours: apart from each other, and light enough for dark text. */
const EXPERTS = [75, 215, 79, 176, 185, 210, 149, 147, 110, 180, 116, 218, 229, 203, 157, 189];
/** From little to much. */
const COUNTS = [67, 73, 108, 149, 228];

interface RoutedTextOptions {
  /** The expert of the highest weight, or how many experts the token takes. */
  readonly by: 'expert' | 'count';
  /** Of the terminal; Infinity leaves lines whole. */
  readonly columns: number;
  /** Without colours each token is followed by its number in brackets. */
  readonly coloured: boolean;
}

/** A text with its tokens on colours, once per MoE layer, with what each colour means. */
export function renderRoutedText(routed: RoutedText, options: RoutedTextOptions): string {
  const { numExperts } = routed;
  const layers = numExperts.map((_, layer) => {
    const routes = routed.tokens.map(({ layers: all }) => all[layer]!);
    const text = textOf(routed, routes, options).join('\n');
    return `${paint.bold(`MoE layer ${layer + 1}`)}\n${text}\n\n${legendOf(routes, options).join('\n')}\n`;
  });
  return layers.join('\n');
}

function textOf(
  { tokens }: RoutedText,
  routes: readonly TokenRoute[],
  { by, columns, coloured }: RoutedTextOptions,
): string[] {
  const most = mostOf(routes);
  const parts = tokens.map(({ text }, t) => {
    const number = numberOf(routes[t]!, by);
    if (number === undefined) return { text };
    return coloured ? { text, paint: paintOf(number, by, most) } : { text: `${text}[${number}]` };
  });
  return layTokens(parts, columns);
}

/** Each number in the text, on its colour, with how many tokens have it. */
function legendOf(
  routes: readonly TokenRoute[],
  { by, columns }: RoutedTextOptions,
): readonly string[] {
  const tally = new Map<number, number>();
  for (const route of routes) {
    const number = numberOf(route, by);
    if (number !== undefined) tally.set(number, (tally.get(number) ?? 0) + 1);
  }
  const most = mostOf(routes);
  const named = [...tally]
    .sort(([a], [b]) => a - b)
    .flatMap(([number, tokens]) => {
      const name = by === 'expert' ? `expert ${number}` : `${number} experts`;
      return [{ text: ` ${name} `, paint: paintOf(number, by, most) }, { text: ` ${tokens}  ` }];
    });
  const none = routes.filter(({ experts }) => experts.length === 0).length;
  const rest = by === 'expert' && none > 0 ? [{ text: `no expert ${none}` }] : [];
  const meaning =
    by === 'expert'
      ? 'Colour: the expert of the highest weight. Number: tokens.'
      : 'Colour: how many experts compute the token. Number: tokens.';
  return [...wrap([meaning], columns).map(paint.dim), ...layTokens([...named, ...rest], columns)];
}

function numberOf({ experts }: TokenRoute, by: 'expert' | 'count'): number | undefined {
  return by === 'expert' ? experts[0] : experts.length;
}

const mostOf = (routes: readonly TokenRoute[]) =>
  routes.reduce((most, { experts }) => Math.max(most, experts.length), 1);

function paintOf(number: number, by: 'expert' | 'count', most: number): Paint {
  if (by === 'expert') return highlight(EXPERTS[number % EXPERTS.length]!);
  return highlight(COUNTS[Math.round((number / most) * (COUNTS.length - 1))]!);
}
