import type { Rng } from '@moekit/core';

import type { VisionLanguageBatch } from './batch.js';
import { joinSequences } from './batch.js';
import type { Digits } from './digits.js';
import type { Layout, SceneOptions } from './layout.js';
import type { Question } from './question.js';
import { ask } from './question.js';
import type { Scene } from './scene.js';
import { drawScene, paint } from './scene.js';
import type { Sequence } from './sequence.js';
import { buildSequence } from './sequence.js';
import type { Vocabulary } from './vocabulary.js';

/** All that decides what a sequence can be. */
export interface Source {
  readonly digits: Digits;
  readonly options: SceneOptions;
  readonly layout: Layout;
  readonly vocabulary: Vocabulary;
  readonly lossOn: 'answer' | 'text';
}

/** A picture, what is asked of it, and both as tokens. */
export interface Drawn {
  readonly scene: Scene;
  readonly pixels: Uint8Array;
  readonly question: Question;
  readonly sequence: Sequence;
}

/** One picture with a question; the same for the same stream. @param split whose digits are in it */
export function draw(source: Source, split: 'train' | 'heldOut', rng: Rng): Drawn {
  const { digits, options, layout } = source;
  const scene = drawScene(digits, digits[split], { options, layout, rng: rng.fork('scene') });
  const pixels = paint(scene, digits);
  const question = ask(scene, options.questions, rng.fork('question'));
  return { scene, pixels, question, sequence: buildSequence(pixels, question, source) };
}

/** @param streams one per sequence */
export function drawBatch(
  source: Source,
  split: 'train' | 'heldOut',
  streams: readonly Rng[],
): VisionLanguageBatch {
  return joinDrawn(streams.map((rng) => draw(source, split, rng)));
}

export function joinDrawn(drawn: readonly Drawn[]): VisionLanguageBatch {
  return joinSequences(
    drawn.map(({ sequence }) => sequence),
    drawn.map(({ question }) => question.kind),
  );
}
