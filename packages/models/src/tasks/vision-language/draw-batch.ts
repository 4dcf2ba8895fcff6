import type { Rng } from '@moekit/core';
import type { Digits } from '@moekit/data';

import type { VisionLanguageBatch } from './batch.js';
import { joinSequences } from './batch.js';
import { drawScene } from './draw-scene.js';
import type { Layout, SceneOptions } from './layout.js';
import type { Question } from './question.js';
import { ask } from './question.js';
import type { Scene } from './scene.js';
import { paint } from './scene.js';
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

/** A picture described, and what is asked of it. */
export interface Asked {
  readonly scene: Scene;
  readonly question: Question;
}

/** The same as pixels and as tokens. */
export interface Drawn extends Asked {
  readonly pixels: Uint8Array;
  readonly sequence: Sequence;
}

/** One picture with a question; the same for the same stream. @param split whose digits are in it */
export function drawQuestion(
  { digits, options, layout }: Source,
  split: 'train' | 'heldOut',
  rng: Rng,
): Asked {
  const jitter = split === 'train' ? options.jitter : 0;
  const settings = { options, layout, rng: rng.fork('scene'), jitter };
  const scene = drawScene(digits, digits[split], settings);
  return { scene, question: ask(scene, options.questions, rng.fork('question')) };
}

/** The same picture and question, painted and put into tokens. */
export function draw(source: Source, split: 'train' | 'heldOut', rng: Rng): Drawn {
  const asked = drawQuestion(source, split, rng);
  const pixels = paint(asked.scene, source.digits);
  return { ...asked, pixels, sequence: buildSequence(pixels, asked.question, source) };
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
