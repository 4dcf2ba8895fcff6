import type { RoutedText, TokenRoute } from '@moekit/models';

import { partPage } from './page/layout.js';
import type { Panel } from './page/panel.js';
import { markup } from './markup.js';
import type { ShownText } from './page/routed-text.js';
import { countColours, expertColours } from './page/routed-text.js';

/** A text with its tokens coloured by expert, and by how many experts, in each MoE layer: a page of its own. */
export function routedTextPage(title: string, subtitle: string, routed: RoutedText): string {
  const shown = shownText(routed);
  return partPage({
    id: 'text',
    title,
    subtitle,
    panels: [expertPanel(routed, shown), countPanel(shown)],
  });
}

function expertPanel(routed: RoutedText, shown: ShownText): Panel {
  const colours = expertColours([shown]);
  return {
    id: 'experts',
    title: 'Which expert computes each token',
    note: 'Colour: the expert of the highest weight. No colour: no expert. The pointer on a token shows all.',
    body: markup`${colours.key}${colours.show(shown)}`,
    table: {
      name: 'routes',
      columns: ['token', 'text', 'layer', 'experts', 'weights'],
      rows: routed.tokens.flatMap(({ text, layers }, token) =>
        layers.map(({ experts, weights }, layer) => [
          token + 1,
          text,
          layer + 1,
          experts.join(' '),
          weights.map((weight) => weight.toFixed(4)).join(' '),
        ]),
      ),
    },
  };
}

function countPanel(shown: ShownText): Panel {
  const colours = countColours([shown]);
  return {
    id: 'counts',
    title: 'How many experts compute each token',
    note: 'The brighter a token, the more experts compute it.',
    body: markup`${colours.key}${colours.show(shown)}`,
  };
}

function shownText({ tokens, numExperts }: RoutedText): ShownText {
  const shown = tokens.map(({ text, layers }) => ({
    text,
    layers: layers.map((route) => ({
      experts: route.experts,
      count: route.experts.length,
      hint: hintOf(route),
    })),
  }));
  return { tokens: shown, numExperts };
}

/** "3 (0.61), 5 (0.39)" */
function hintOf({ experts, weights }: TokenRoute): string {
  if (experts.length === 0) return 'no expert';
  return experts.map((expert, i) => `${expert} (${weights[i]!.toFixed(2)})`).join(', ');
}
