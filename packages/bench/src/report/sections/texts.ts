import type { Results, Row } from '../../results/results-schema.js';
import type { Trial } from '../../results/trial-schema.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import type { Panel } from '../page/panel.js';
import type { ShownText } from '../page/routed-text.js';
import { countColours, countsDiffer, expertColours } from '../page/routed-text.js';

type Example = Trial['examples'][number];

interface ShownRow {
  readonly row: Row;
  readonly texts: readonly ShownText[];
}

/** So many rows show all their texts; where there are more, each shows its first. */
const FEW = 8;
/** So many rows are shown; more are folded away. */
const OPEN = 6;

/** Held-out text under each router, its tokens coloured by expert and, where tokens differ in it, by how many. */
export function textsPanel({ rows }: Results): Panel | undefined {
  const all = rows.flatMap((row): ShownRow[] => {
    const texts = textsOf(row);
    return texts.length > 0 ? [{ row, texts }] : [];
  });
  if (all.length === 0) return undefined;
  const shown = all.length <= FEW ? all : all.map((each) => ({ ...each, texts: each.texts.slice(0, 1) })); // prettier-ignore
  const texts = shown.flatMap((each) => each.texts);
  const adaptive = shown.filter((each) => each.texts.some(countsDiffer));
  return {
    id: 'texts',
    title: 'Tokens and their experts',
    note: 'Held-out text after training, of the first seed, drop-free. The colour behind a token is its expert in that row; it has nothing to do with the colours of rows. No colour: no expert. The pointer on a token shows its experts.',
    body: markup`${byExpert(shown, texts)}${adaptive.length > 0 && byCount(adaptive)}`,
    table: {
      name: 'tokens',
      columns: ['row', 'text', 'token', 'as text', 'MoE layer', 'experts', 'first of them'],
      rows: all.flatMap(({ row, texts: read }) =>
        read.flatMap(({ tokens }, text) =>
          tokens.flatMap(({ text: piece, layers }, token) =>
            layers.map(({ experts, count }, layer) => [
              row.label,
              text + 1,
              token + 1,
              piece,
              layer + 1,
              count,
              experts.join(' '),
            ]),
          ),
        ),
      ),
    },
  };
}

function byExpert(shown: readonly ShownRow[], texts: readonly ShownText[]): Markup {
  const colours = expertColours(texts);
  return markup`<h3>By expert, the one of the highest weight</h3>${colours.key}${folded(shown, colours.show)}`;
}

function byCount(shown: readonly ShownRow[]): Markup {
  const colours = countColours(shown.flatMap(({ texts }) => texts));
  return markup`<h3>By how many experts, where tokens differ in it</h3>${colours.key}${folded(shown, colours.show)}`;
}

function folded(rows: readonly ShownRow[], show: (text: ShownText) => Markup): Markup {
  const each = rows.map(
    ({ row, texts }) =>
      markup`<h4>${row.label}</h4><div class="maps texts">${texts.map((text) => markup`<div>${show(text)}</div>`)}</div>`,
  );
  const more =
    each.length > OPEN &&
    markup`<details class="folded"><summary>${each.length - OPEN} more rows</summary>${each.slice(OPEN)}</details>`;
  return markup`${each.slice(0, OPEN)}${more}`;
}

function textsOf({ trials }: Row): readonly ShownText[] {
  const [trial] = trials;
  const numExperts = trial?.loadHistory[0]?.map((loads) => loads.length) ?? [];
  return (trial?.examples ?? []).filter(isText).map(({ tokens }) => ({
    tokens: tokens.map(({ text, experts, routes = [] }) => ({
      text: text.replace(/\n/g, '↵'),
      layers: routes.map((listed, layer) => shownRoute(listed, experts[layer] ?? listed.length)),
    })),
    numExperts: (tokens[0]!.routes ?? []).map((_, layer) => numExperts[layer] ?? 0),
  }));
}

const isText = ({ picture, tokens }: Example) =>
  picture === undefined && tokens.length > 0 && tokens.every(({ routes }) => routes !== undefined);

function shownRoute(experts: readonly number[], count: number) {
  const more = count > experts.length ? `, ${count - experts.length} more` : '';
  return { experts, count, hint: count === 0 ? 'no expert' : `${experts.join(', ')}${more}` };
}
