import type { RoutedText, TokenRoute } from '@moekit/models';

import type { Markup } from './markup.js';
import { markup } from './markup.js';
import { partPage } from './page/layout.js';
import type { Panel } from './page/panel.js';
import { legend } from './page/panel.js';
import { heatScale } from './page/picture.js';
import type { Highlight } from './page/token-text.js';
import { countHighlight, expertHighlight, tokenText } from './page/token-text.js';

/** Experts beyond these have colours, but no place in the legend. */
const NAMED = 64;

/** A text with its tokens coloured by expert, and by how many experts, in each MoE layer: a page of its own. */
export function routedTextPage(title: string, subtitle: string, routed: RoutedText): string {
  const panels = [expertPanel(routed), countPanel(routed)];
  return partPage({ id: 'text', title, subtitle, panels });
}

function expertPanel(routed: RoutedText): Panel {
  const most = Math.max(...routed.numExperts);
  const first = new Set(routed.tokens.flatMap(({ layers }) => layers.map((r) => r.experts[0])));
  const named = Array.from({ length: Math.min(most, NAMED) }, (_, e) => e)
    .filter((e) => first.has(e))
    .map((e) => ({ name: `expert ${e}`, colour: expertHighlight(e, most).background }));
  const texts = layersOf(routed, ({ experts: [expert] }) =>
    expert === undefined ? undefined : expertHighlight(expert, most),
  );
  return {
    id: 'experts',
    title: 'Which expert computes each token',
    note: 'Colour: the expert of the highest weight. No colour: no expert. The pointer on a token shows all.',
    body: markup`${texts}${legend(named, 'square')}`,
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

function countPanel(routed: RoutedText): Panel {
  const counts = routed.tokens.flatMap(({ layers }) => layers.map(({ experts }) => experts.length));
  const most = counts.reduce((largest, count) => Math.max(largest, count), 1);
  const texts = layersOf(routed, ({ experts }) => countHighlight(experts.length, most));
  return {
    id: 'counts',
    title: 'How many experts compute each token',
    note: 'The brighter a token, the more experts compute it.',
    body: markup`${texts}${heatScale('no expert', `${most} ${most === 1 ? 'expert' : 'experts'}`)}`,
  };
}

function layersOf(
  { tokens, numExperts }: RoutedText,
  highlightOf: (route: TokenRoute) => Highlight | undefined,
): readonly Markup[] {
  return numExperts.map((_, layer) => {
    const coloured = tokens.map(({ text, layers: routes }) => {
      const route = routes[layer]!;
      return { text, hint: hintOf(route), highlight: highlightOf(route) };
    });
    return markup`<h4>MoE layer ${layer + 1}</h4>${tokenText(coloured)}`;
  });
}

/** "3 (0.61), 5 (0.39)" */
function hintOf({ experts, weights }: TokenRoute): string {
  if (experts.length === 0) return 'no expert';
  return experts.map((expert, i) => `${expert} (${weights[i]!.toFixed(2)})`).join(', ');
}
