import { numberWords } from '../parallel/number-words.js';

/** The numbers of the parallel corpus as lines of text: `seventy two = zwei und siebzig`. UTF-8. */
export function numberText(split: 'train' | 'validation'): Uint8Array {
  const { source, target } = numberWords()[split];
  const lines = source.map((english, i) => `${english} = ${target[i]!}\n`);
  return new TextEncoder().encode(lines.join(''));
}
