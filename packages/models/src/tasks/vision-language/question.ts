import type { Rng } from '@moekit/core';
import { DIGIT_SIDE } from '@moekit/data';

import type { Scene } from './scene.js';
import { PLACES } from './vocabulary.js';

/** Kinds of questions, in the order of their figures. */
export const QUESTION_KINDS = ['which', 'count', 'where', 'sum'] as const;

export type QuestionKind = (typeof QUESTION_KINDS)[number];

/** A question about a picture, in words. */
export interface Question {
  readonly kind: QuestionKind;
  readonly text: readonly string[];
  /** Without the end. */
  readonly answer: readonly string[];
}

/** A question of one of the kinds, each as likely. */
export function ask(scene: Scene, kinds: readonly QuestionKind[], rng: Rng): Question {
  const kind = kinds[rng.integer(kinds.length)]!;
  const labels = scene.digits.map(({ label }) => label);
  const about = labels[rng.integer(labels.length)]!;
  const words = (text: string) => text.split(' ');
  const sum = labels.reduce((total, label) => total + label, 0);
  const asked: Record<QuestionKind, () => Omit<Question, 'kind'>> = {
    which: () => ({ text: words('which digits are there ?'), answer: labels.map(String) }),
    count: () => ({ text: words('how many digits are there ?'), answer: [String(labels.length)] }),
    where: () => ({ text: words(`where is the ${about} ?`), answer: placeOf(scene, about) }),
    sum: () => ({ text: words('what is the sum ?'), answer: [String(sum)] }),
  };
  return { kind, ...asked[kind]() };
}

/** Words of the longest question. */
export function longestQuestion(kinds: readonly QuestionKind[]): number {
  return kinds.includes('count') ? 6 : 5;
}

/** Words of the longest answer, its end left out. */
export function longestAnswer(kinds: readonly QuestionKind[], maxDigits: number): number {
  return Math.max(1, kinds.includes('which') ? maxDigits : 0, kinds.includes('where') ? 2 : 0);
}

/** Third of the height and third of the width that the middle of the digit is in; the first of its kind. */
function placeOf({ digits, height, width }: Scene, label: number): string[] {
  const digit = digits.find((each) => each.label === label)!;
  const third = (start: number, size: number) => Math.floor((3 * (start + DIGIT_SIDE / 2)) / size);
  const [rows, columns] = PLACES;
  return [rows[third(digit.y, height)]!, columns[third(digit.x, width)]!];
}
