import type { Results, Row } from '../../results/results-schema.js';
import type { Trial } from '../../results/trial-schema.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import type { Panel } from '../page/panel.js';
import { heatScale, shadedPicture } from '../page/picture.js';

type Example = Trial['examples'][number];

/** Held-out pictures under each router, their patches shaded by the compute they got. */
export function picturesPanel({ rows }: Results): Panel | undefined {
  const shown = rows.flatMap((row) => {
    const examples = (row.trials[0]?.examples ?? []).filter(({ picture }) => picture);
    return row.figures?.match && examples.length > 0 ? [{ row, examples }] : [];
  });
  if (shown.length === 0) return undefined;
  return {
    id: 'pictures',
    title: 'Where the compute goes',
    note: 'Held-out pictures. Colour: share of a patch’s slots, over all MoE layers, that real experts filled. White: ink.',
    body: markup`${heatScale('no compute', 'all slots real')}${shown.map(({ row, examples }) => markup`<h3>${row.label}</h3>${figuresOf(row, examples)}`)}`,
    table: {
      name: 'pictures',
      columns: ['row', 'example', 'token', 'text', 'x', 'y', 'real experts', 'slots'],
      rows: shown.flatMap(({ row, examples }) =>
        examples.flatMap(({ tokens }, example) =>
          tokens.map(({ text, region, experts, slots }, token) => [
            row.label,
            example + 1,
            token + 1,
            text,
            region?.x ?? null,
            region?.y ?? null,
            total(experts),
            total(slots),
          ]),
        ),
      ),
    },
  };
}

function figuresOf({ label }: Row, examples: readonly Example[]): Markup {
  const figures = examples.map((example) => {
    const svg = shadedPicture({
      ...example.picture!,
      patches: example.tokens.flatMap(({ region, experts, slots }) =>
        region ? [{ ...region, compute: total(experts) / Math.max(total(slots), 1) }] : [],
      ),
      description: `A held-out picture under ${label}, its patches shaded by compute`,
    });
    return markup`<figure>${svg}<figcaption>${wordsOf(example)}</figcaption></figure>`;
  });
  return markup`<div class="maps pictures">${figures}</div>`;
}

/** "question: how many?" and so on, a line each. */
function wordsOf({ texts }: Example): readonly Markup[] {
  return Object.entries(texts).map(
    ([name, text], i) =>
      markup`${i > 0 && markup`<br>`}<span class="note">${spaced(name)}:</span> ${text}`,
  );
}

/** `modelAnswer` in words. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
