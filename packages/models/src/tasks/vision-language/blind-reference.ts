import type { Rng } from '@moekit/core';
import { createRng } from '@moekit/core';

import type { Metrics } from '../../contract.js';
import type { Source } from './draw-batch.js';
import { drawQuestion } from './draw-batch.js';
import { END } from './vocabulary.js';

const TRAINED_ON = 2000;
const SCORED_ON = 1000;

/**
 * A reference that ignores the picture: each word of an answer by how often it is at its place after
 * that question, counted on training pictures with one added to each count, and scored on held-out ones.
 * An answer is right when its likeliest words are all it.
 */
export function blindReference(source: Source): Metrics {
  const rng = createRng(1);
  const counts = new Map<string, Map<string, number>>();
  for (let i = 0; i < TRAINED_ON; i++) {
    for (const { place, word } of answerWords(source, 'train', rng.fork(`train.${i}`))) {
      const seen = counts.get(place) ?? new Map<string, number>();
      counts.set(place, seen.set(word, (seen.get(word) ?? 0) + 1));
    }
  }
  let [nats, words, right] = [0, 0, 0];
  for (let i = 0; i < SCORED_ON; i++) {
    const answer = answerWords(source, 'heldOut', rng.fork(`heldOut.${i}`));
    const scored = answer.map(({ place, word }) => score(counts.get(place), word, source));
    nats += scored.reduce((sum, { loss }) => sum + loss, 0);
    words += scored.length;
    right += scored.every(({ best }) => best) ? 1 : 0;
  }
  return { loss: nats / words, accuracy: right / SCORED_ON };
}

function answerWords(source: Source, split: 'train' | 'heldOut', rng: Rng) {
  const { question } = drawQuestion(source, split, rng);
  return [...question.answer, END].map((word, i) => ({
    place: `${question.text.join(' ')} ${i}`,
    word,
  }));
}

function score(
  seen: ReadonlyMap<string, number> = new Map(),
  word: string,
  { vocabulary }: Source,
): { loss: number; best: boolean } {
  const all = [...seen.values()];
  const total = all.reduce((sum, n) => sum + n, 0);
  const here = seen.get(word) ?? 0;
  return {
    loss: -Math.log((here + 1) / (total + vocabulary.size)),
    best: here > 0 && here === Math.max(...all),
  };
}
