import type { Layout } from './layout.js';
import type { Question } from './question.js';
import type { Vocabulary } from './vocabulary.js';
import { END, FILLER } from './vocabulary.js';

/** The kind of a token, for figures only: neither model nor router ever sees it. */
export const TOKEN_GROUPS = ['ink', 'background', 'words', 'filler'] as const;

export type TokenGroup = (typeof TOKEN_GROUPS)[number];

/** Grey value from which a pixel is ink; the scans' own noise is below. */
const INK = 64;

/** One picture with a question and its answer, as the model takes it. */
export interface Sequence {
  /** [P * patch * patch] grey values from 0 to 1, patch by patch. */
  readonly patches: Float32Array;
  /** [textLength] */
  readonly tokens: Int32Array;
  /** [L], undefined for padding. */
  readonly groups: readonly (TokenGroup | undefined)[];
  /** Predictions: which position says which token, and whether that is part of the answer. */
  readonly targets: readonly Target[];
}

export interface Target {
  /** In the sequence, from 0. */
  readonly position: number;
  readonly token: number;
  readonly inAnswer: boolean;
}

/** @param pixels of the picture, row by row      @param lossOn predictions of the answer, or of all text */
export function buildSequence(
  pixels: Uint8Array,
  question: Question,
  shape: { layout: Layout; vocabulary: Vocabulary; lossOn: 'answer' | 'text' },
): Sequence {
  const { layout, vocabulary, lossOn } = shape;
  const filler = Array.from({ length: layout.filler }, (_, i) => FILLER[i % FILLER.length]!);
  const prompt = [...filler, ...question.text];
  const said = [...prompt, ...question.answer, END].map((word) => vocabulary.idOf(word));
  const tokens = new Int32Array(layout.textLength).fill(vocabulary.idOf(END));
  tokens.set(said.slice(0, -1));
  const patches = cutPatches(pixels, layout);
  const first = lossOn === 'text' ? 1 : prompt.length;
  return {
    patches,
    tokens,
    groups: [...patchGroups(patches, layout), ...textGroups(said.length - 1, layout)],
    targets: said.slice(first).map((token, i) => ({
      position: layout.patches + first + i - 1,
      token,
      inAnswer: first + i >= prompt.length,
    })),
  };
}

/** Row by row of patches, each row by row of pixels: [P * patch * patch] */
function cutPatches(pixels: Uint8Array, { columns, patch }: Layout): Float32Array {
  const cut = new Float32Array(pixels.length);
  const width = columns * patch;
  pixels.forEach((grey, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    const index = Math.floor(y / patch) * columns + Math.floor(x / patch);
    cut[(index * patch + (y % patch)) * patch + (x % patch)] = grey / 255;
  });
  return cut;
}

function patchGroups(patches: Float32Array, { patch }: Layout): TokenGroup[] {
  const size = patch * patch;
  return Array.from({ length: patches.length / size }, (_, i) =>
    patches.subarray(i * size, (i + 1) * size).some((grey) => grey * 255 >= INK)
      ? 'ink'
      : 'background',
  );
}

function textGroups(used: number, { textLength, filler }: Layout): (TokenGroup | undefined)[] {
  return Array.from({ length: textLength }, (_, i) => {
    if (i >= used) return undefined;
    return i < filler ? 'filler' : 'words';
  });
}
