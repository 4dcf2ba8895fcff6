import { splitWords, trimEnd } from './whitespace.js';

const ENTITIES: readonly (readonly [string, string])[] = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
];

/** In this order; each puts spaces around what it finds. Source: sacreBLEU 2.6, tokenizer_re.py. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/([{-~[-` -&(-+:-@/])/gu, ' $1 '], // punctuation and symbols of ASCII, but for ' , - and .
  [/([^0-9])([.,])/gu, '$1 $2 '], // period and comma unless a digit comes before
  [/([.,])([^0-9])/gu, ' $1 $2'], // period and comma unless a digit follows
  [/([0-9])(-)/gu, '$1 $2 '], // a dash after a digit
];

/** The words of a sentence as WMT's mteval-v13a and sacreBLEU's `13a` count them. */
export function tokenize13a(sentence: string): string[] {
  let line = trimEnd(sentence)
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ');
  for (const [entity, character] of ENTITIES) line = line.replaceAll(entity, character);
  line = ` ${line} `;
  for (const [found, replacement] of RULES) line = line.replace(found, replacement);
  return splitWords(line);
}
