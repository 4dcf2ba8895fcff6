import type { RoutedText, TokenRoute } from '@moekit/models';

import { hasColours, highlight } from './paint.js';

/** Of a terminal's 256 colours: apart from each other, and light enough for dark text. */
const EXPERTS = [75, 215, 79, 176, 185, 210, 149, 147, 110, 180, 116, 218, 229, 203, 157, 189];
/** From little to much. */
const COUNTS = [67, 73, 108, 149, 228];

/**
 * A text with its tokens on colours, once per MoE layer; without colours each token is followed by its number in brackets.
 * @param by the expert of the highest weight, or how many experts the token takes
 */
export function renderRoutedText(routed: RoutedText, by: 'expert' | 'count'): string {
  const { numExperts } = routed;
  const layers = numExperts.map((_, layer) => {
    const routes = routed.tokens.map(({ layers: all }) => all[layer]!);
    return `MoE layer ${layer + 1}\n${textOf(routed, routes, by)}\n${legendOf(routes, by)}\n`;
  });
  return layers.join('\n');
}

function textOf({ tokens }: RoutedText, routes: readonly TokenRoute[], by: 'expert' | 'count') {
  const scale = mostOf(routes);
  const shown = tokens.map(({ text }, t) => {
    const number = numberOf(routes[t]!, by);
    if (number === undefined) return text;
    if (!hasColours) return `${text}[${number}]`;
    // a colour that runs past a line break fills the rest of the line
    const [first, ...others] = text
      .split('\n')
      .map((line) => line && paintOf(number, by, scale)(line));
    return [first, ...others].join('\n');
  });
  return shown.join('');
}

/** Each number in the text, on its colour, with how many tokens have it. */
function legendOf(routes: readonly TokenRoute[], by: 'expert' | 'count'): string {
  const tally = new Map<number, number>();
  for (const route of routes) {
    const number = numberOf(route, by);
    if (number !== undefined) tally.set(number, (tally.get(number) ?? 0) + 1);
  }
  const scale = mostOf(routes);
  const named = [...tally]
    .sort(([a], [b]) => a - b)
    .map(([number, tokens]) => {
      const name = by === 'expert' ? `expert ${number}` : `${number} experts`;
      return `${paintOf(number, by, scale)(` ${name} `)} ${tokens}`;
    });
  const none = routes.filter(({ experts }) => experts.length === 0).length;
  return [...named, ...(by === 'expert' && none > 0 ? [`no expert ${none}`] : [])].join('  ');
}

function numberOf({ experts }: TokenRoute, by: 'expert' | 'count'): number | undefined {
  return by === 'expert' ? experts[0] : experts.length;
}

const mostOf = (routes: readonly TokenRoute[]) =>
  routes.reduce((most, { experts }) => Math.max(most, experts.length), 1);

function paintOf(number: number, by: 'expert' | 'count', most: number): (text: string) => string {
  if (by === 'expert') return highlight(EXPERTS[number % EXPERTS.length]!);
  return highlight(COUNTS[Math.round((number / most) * (COUNTS.length - 1))]!);
}
