import type { RoutedText } from '@moekit/models';

export type ColourBy = 'expert' | 'count';

/** A token's colour in a layer: the hue of its first expert, or brighter the more experts it takes. */
function colourOf(by: ColourBy, experts: readonly number[], numExperts: number, most: number) {
  if (experts.length === 0) return 'transparent';
  if (by === 'count') return `hsl(45 90% ${90 - (50 * (experts.length - 1)) / most}%)`;
  return `hsl(${(360 * experts[0]!) / numExperts} 70% 75%)`;
}

function span(text: string, colour: string, title = ''): HTMLSpanElement {
  const element = Object.assign(document.createElement('span'), { textContent: text, title });
  if (colour !== 'transparent') element.style.background = colour;
  else element.style.color = 'inherit';
  return element;
}

/** The tokens of a text on their colours, and what each colour means. */
export function colourTokens({ tokens, numExperts }: RoutedText, layer: number, by: ColourBy) {
  const experts = numExperts[layer]!;
  const most = Math.max(...tokens.map(({ layers }) => layers[layer]!.experts.length));
  const legend = new Map<number, HTMLSpanElement>();
  const text = tokens.map(({ text, layers }) => {
    const route = layers[layer]!;
    const colour = colourOf(by, route.experts, experts, most);
    const key = by === 'count' ? route.experts.length : (route.experts[0] ?? -1);
    const name = by === 'count' ? `${key} experts` : key < 0 ? 'none' : `expert ${key}`;
    if (!legend.has(key)) legend.set(key, span(name, colour));
    const shares = route.experts.map((e, i) => `expert ${e}: ${route.weights[i]!.toFixed(2)}`);
    return span(text, colour, shares.join('\n') || 'no expert');
  });
  const sorted = [...legend].sort(([a], [b]) => a - b).map(([, element]) => element);
  return { text, legend: sorted };
}
