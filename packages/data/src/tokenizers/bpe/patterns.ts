import { classOf } from './unicode.js';

const [L, N, M, P, S, U, W, D] = (['L', 'N', 'M', 'P', 'S', 'U', 'W', 'D'] as const).map(classOf);
const SPACE = '\\p{White_Space}';
const NO_WORD = `[^${SPACE}${L}${N}]`;
const BEFORE_WORD = `[^\\r\\n${L}${N}]?`;
const SPACES = `${SPACE}*[\\r\\n]+|${SPACE}+(?!\\P{White_Space})|${SPACE}+`;
/** `(?i:'s|'t|'re|'ve|'m|'ll|'d)`: the long s is an s to it. */
const ENDINGS = "'(?:[sSſ]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])";

const cl100k = (digits: string) =>
  `${ENDINGS}|${BEFORE_WORD}${L}+|${digits}| ?${NO_WORD}+[\\r\\n]*|${SPACES}`;
const o200k = (ending: string, digits: string) =>
  `${BEFORE_WORD}${U}*${W}+${ending}|${BEFORE_WORD}${U}+${W}*${ending}|${digits}| ?${NO_WORD}+[\\r\\n\\/]*|${SPACES}`;

const JS = {
  gpt2: `'s|'t|'re|'ve|'m|'ll|'d| ?${L}+| ?${N}+| ?${NO_WORD}+|${SPACE}+(?!\\P{White_Space})|${SPACE}+`,
  llama3: cl100k(`${N}{1,3}`),
  qwen2: cl100k(N!),
  o200k: o200k(`(?:${ENDINGS})?`, `${N}{1,3}`),
  tekken: o200k('', N!),
  numbers: `${N}{1,3}`,
  cjk: '[一-龥぀-ゟ゠-ヿ]+',
  deepseek: `[!-\\/:-@\\[-\`\\{-~][A-Za-z]+|[^\\r\\n${L}${P}${S}]?[${L}${M}]+| ?[${P}${S}]+[\\r\\n]*|${SPACES}`,
  digit: D!,
  digits: `${D}+`,
} as const;

const HF_SPACES = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const HF_ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const HF_UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const HF_LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const hfCl100k = (digits: string) =>
  `${HF_ENDINGS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${HF_SPACES}`;
const hfO200k = (ending: string, digits: string) =>
  `[^\\r\\n\\p{L}\\p{N}]?${HF_UPPER}*${HF_LOWER}+${ending}|[^\\r\\n\\p{L}\\p{N}]?${HF_UPPER}+${HF_LOWER}*${ending}|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${HF_SPACES}`;

/** Patterns of `Split` as files write them, and which of ours each is: all linear, and safe to cut a text for. */
const KNOWN: Readonly<Record<string, keyof typeof JS>> = {
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+": 'gpt2',
  [hfCl100k('\\p{N}{1,3}')]: 'llama3',
  [hfCl100k('\\p{N}')]: 'qwen2',
  [hfO200k(`${HF_ENDINGS}?`, '\\p{N}{1,3}')]: 'o200k',
  [hfO200k('', '\\p{N}')]: 'tekken',
  '\\p{N}{1,3}': 'numbers',
  '[一-龥぀-ゟ゠-ヿ]+': 'cjk',
  [`[!"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_\`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${HF_SPACES}`]:
    'deepseek',
};

export type PatternName = keyof typeof JS;

/** Which pattern a file's source is, if any. */
export function knownPattern(source: string): PatternName | undefined {
  return Object.hasOwn(KNOWN, source) ? KNOWN[source] : undefined;
}

/** For `matchAll`; each has state of its own. */
export function patternOf(name: PatternName): RegExp {
  return new RegExp(JS[name], 'gv');
}

/** The pieces of a text, matches and what lies between them, in order: `Split` with `Isolated`. */
export function isolated(text: string, pattern: RegExp): string[] {
  const pieces: string[] = [];
  let end = 0;
  for (const { 0: match, index } of text.matchAll(pattern)) {
    if (index > end) pieces.push(text.slice(end, index));
    pieces.push(match);
    end = index + match.length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}
