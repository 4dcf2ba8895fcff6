import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import type { LegendItem } from './panel.js';
import { legend } from './panel.js';
import { heatScale } from './picture.js';
import type { Highlight } from './token-text.js';
import { countHighlight, expertHighlight, highlightSheet, tokenText } from './token-text.js';

/** A token in one MoE layer. */
export interface ShownRoute {
  /** Real experts, the highest weight first; perhaps not all. */
  readonly experts: readonly number[];
  /** How many there are. */
  readonly count: number;
  /** The experts in words, with their weights where they are known. */
  readonly hint: string;
}

/** A text as MoE layers saw it. */
export interface ShownText {
  readonly tokens: readonly { readonly text: string; readonly layers: readonly ShownRoute[] }[];
  /** Real experts of each MoE layer. */
  readonly numExperts: readonly number[];
}

/** Experts beyond these have colours, but no place in the legend. */
const NAMED = 64;

/** One way to colour a set of texts: the colours of its experts, or of their numbers, are the same in all of them. */
export interface TextColours {
  /** Its style sheet and its legend, before the first text. */
  readonly key: Markup;
  /** A text once for each MoE layer. */
  show(text: ShownText): Markup;
}

/** Colours by the expert of the highest weight. */
export function expertColours(texts: readonly ShownText[]): TextColours {
  const most = Math.max(1, ...texts.flatMap(({ numExperts }) => numExperts));
  const first = new Set(routesOf(texts).flatMap(({ experts }) => experts.slice(0, 1)));
  const used = [...first].sort((a, b) => a - b);
  const looks = new Map(used.map((e) => [`expert-${e}`, expertHighlight(e, most)]));
  const named = used
    .slice(0, NAMED)
    .map((e): LegendItem => ({ name: `expert ${e}`, colour: expertHighlight(e, most).background }));
  return {
    key: markup`${highlightSheet(looks)}${legend(named, 'square')}`,
    show: (text) => layersOf(text, ({ experts: [e] }) => (e === undefined ? e : `expert-${e}`)),
  };
}

/** Colours by how many experts compute a token, on the scale of heat maps. */
export function countColours(texts: readonly ShownText[]): TextColours {
  const counts = new Set(routesOf(texts).map(({ count }) => count));
  const most = Math.max(1, ...counts);
  const looks = new Map(
    [...counts].map((count): [string, Highlight] => [
      `count-${count}`,
      countHighlight(count, most),
    ]),
  );
  return {
    key: markup`${highlightSheet(looks)}${heatScale('no expert', `${most} ${most === 1 ? 'expert' : 'experts'}`)}`,
    show: (text) => layersOf(text, ({ count }) => `count-${count}`),
  };
}

/** Whether tokens differ in how many experts compute them: a picture of equal numbers would say nothing. */
export function countsDiffer(text: ShownText): boolean {
  return new Set(routesOf([text]).map(({ count }) => count)).size > 1;
}

const routesOf = (texts: readonly ShownText[]) =>
  texts.flatMap(({ tokens }) => tokens.flatMap(({ layers }) => layers));

function layersOf(
  { tokens, numExperts }: ShownText,
  lookOf: (route: ShownRoute) => string | undefined,
): Markup {
  const layers = numExperts.map((_, layer) => {
    const coloured = tokens.map(({ text, layers: routes }) => {
      const route = routes[layer]!;
      return { text, hint: route.hint, look: lookOf(route) };
    });
    const name = numExperts.length > 1 && markup`<p class="note">MoE layer ${layer + 1}</p>`;
    return markup`${name}${tokenText(coloured)}`;
  });
  return markup`${layers}`;
}
