/** Ends an answer, and pads what comes after it. */
export const END = '<end>';

/** Filler words, where the text is the redundant part: they say nothing about the picture. */
export const FILLER = ['well', ',', 'let', 'us', 'see', ','] as const;

/** Rows and columns of the nine places. */
export const PLACES = [
  ['top', 'middle', 'bottom'],
  ['left', 'centre', 'right'],
] as const;

const WORDS = [
  'how',
  'many',
  'which',
  'digits',
  'are',
  'there',
  'where',
  'is',
  'the',
  'what',
  'sum',
  '?',
];

/** Words as ids and back. */
export interface Vocabulary {
  readonly size: number;
  idOf(word: string): number;
  wordOf(id: number): string;
}

/** The words of questions and answers; every number up to the largest sum is a word. */
export function createVocabulary(maxDigits: number): Vocabulary {
  const numbers = Array.from({ length: 9 * maxDigits + 1 }, (_, n) => String(n));
  const words = [...new Set([END, ...WORDS, ...PLACES.flat(), ...FILLER, ...numbers])];
  const ids = new Map(words.map((word, id) => [word, id]));
  return { size: words.length, idOf: (word) => ids.get(word)!, wordOf: (id) => words[id]! };
}
