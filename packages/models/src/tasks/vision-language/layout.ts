import { DIGIT_SIDE } from '@moekit/data';

import type { QuestionKind } from './question.js';
import { longestAnswer, longestQuestion } from './question.js';

/** The options that decide the pictures and the text. */
export interface SceneOptions {
  /** Side of the square canvas, in pixels. */
  readonly canvas: number;
  /** Side of a square patch, in pixels. */
  readonly patch: number;
  /** Digits lie at multiples of it, in pixels. */
  readonly step: number;
  /** A digit of a training picture is moved within its square by at most this, each way, in pixels: more writers than there are. */
  readonly jitter: number;
  readonly minDigits: number;
  readonly maxDigits: number;
  readonly questions: readonly QuestionKind[];
  /**
   * Where the redundant tokens are. `vision`: a canvas that is mostly background, and a short question. `text`: a
   * picture cut to the digits, and filler words before the question, as many as patches were taken away.
   */
  readonly redundancy: 'vision' | 'text';
}

/** Sizes that follow from the options. The sequence is picture, filler, question, answer, padding. */
export interface Layout {
  readonly patch: number;
  /** Patches in a column and in a row of the picture. */
  readonly rows: number;
  readonly columns: number;
  /** P */
  readonly patches: number;
  /** Words of filler before each question. */
  readonly filler: number;
  /** Text tokens, filler and padding included. */
  readonly textLength: number;
  /** L = patches + text: the same under both redundancies. */
  readonly length: number;
}

/** Sizes of the sequences of an experiment. */
export function layOut(options: SceneOptions): Layout {
  const { canvas, patch, questions, maxDigits } = options;
  const whole = (canvas / patch) ** 2;
  const [rows, columns] = pictureSize(options).map((pixels) => Math.ceil(pixels / patch)) as [
    number,
    number,
  ];
  const patches = rows * columns;
  const filler = whole - patches;
  const textLength = filler + longestQuestion(questions) + longestAnswer(questions, maxDigits);
  return { patch, rows, columns, patches, filler, textLength, length: patches + textLength };
}

/** Height and width of the picture, in pixels. */
function pictureSize({ canvas, maxDigits, redundancy }: SceneOptions): [number, number] {
  if (redundancy === 'vision') return [canvas, canvas];
  const rows = Math.floor(Math.sqrt(maxDigits));
  return [rows * DIGIT_SIDE, Math.ceil(maxDigits / rows) * DIGIT_SIDE];
}
