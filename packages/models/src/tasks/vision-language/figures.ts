import { SUMS } from '../../metrics/per-token.js';
import { QUESTION_KINDS } from './question.js';
import type { TokenGroup } from './sequence.js';
import { TOKEN_GROUPS } from './sequence.js';

/** Groups that figures are given for, as the groups of tokens that they hold. */
const MODALITIES: Readonly<Record<string, readonly TokenGroup[]>> = {
  vision: ['ink', 'background'],
  text: ['words', 'filler'],
  ink: ['ink'],
  background: ['background'],
  words: ['words'],
  filler: ['filler'],
};

/**
 * Figures of summed passes. A figure of nothing (no such question or token) is left out.
 *   accuracy, accuracy.KIND           share of answers that are right to the last word
 *   tokens.GROUP                      share of all tokens, padding left out
 *   intensity.GROUP                   share of the tokens' slots that real experts filled
 *   share.GROUP                       share of all real (token, expert) pairs
 *   zeroCompute.GROUP                 share of the tokens that reached no real expert
 *   experts.GROUP                     real experts per token
 * GROUP is vision, text, ink, background, words or filler; the last four figures are over all MoE layers, and with
 * `.layerN` after them over one, counted from 0 among the MoE layers. (null-experts paper, arXiv 2601.15370, section 6.1)
 * @param figures in the order in which `pass` gives them: right answers and questions by kind, then `sumByGroup`
 */
export function readFigures(figures: readonly number[]): Record<string, number> {
  const kinds = QUESTION_KINDS.length;
  const modalities = figures.slice(2 * kinds);
  return {
    ...accuracies(figures.slice(0, kinds), figures.slice(kinds, 2 * kinds)),
    ...(modalities.length > TOKEN_GROUPS.length ? readModalities(modalities) : {}),
  };
}

function accuracies(right: readonly number[], asked: readonly number[]): Record<string, number> {
  const kinds = QUESTION_KINDS.map((kind, i) => [`accuracy.${kind}`, ratio(right[i]!, asked[i]!)]);
  return present([['accuracy', ratio(total(right), total(asked))], ...(kinds as Named[])]);
}

function readModalities(figures: readonly number[]): Record<string, number> {
  const groups = TOKEN_GROUPS.length;
  const tokens = figures.slice(0, groups);
  const perLayer = groups * SUMS.length;
  const layers = Array.from({ length: (figures.length - groups) / perLayer }, (_, i) =>
    figures.slice(groups + i * perLayer, groups + (i + 1) * perLayer),
  );
  const whole = layers[0]!.map((_, i) => total(layers.map((layer) => layer[i]!)));
  const shares = Object.entries(MODALITIES).map(([name, of]): Named => [
    `tokens.${name}`,
    ratio(totalOf(tokens, of), total(tokens)),
  ]);
  return {
    ...present(shares),
    ...layerFigures(
      whole,
      tokens.map((n) => n * layers.length),
      '',
    ),
    ...Object.assign({}, ...layers.map((layer, i) => layerFigures(layer, tokens, `.layer${i}`))),
  };
}

/** @param sums [groups * 3] of one layer, or of several together      @param tokens [groups] that passed them */
function layerFigures(
  sums: readonly number[],
  tokens: readonly number[],
  suffix: string,
): Record<string, number> {
  const column = (name: (typeof SUMS)[number]) =>
    TOKEN_GROUPS.map((_, g) => sums[g * SUMS.length + SUMS.indexOf(name)]!);
  const [experts, slots, zero] = SUMS.map(column) as [number[], number[], number[]];
  const named = Object.entries(MODALITIES).flatMap(([name, of]): Named[] => {
    const [computed, here] = [totalOf(experts, of), totalOf(tokens, of)];
    return [
      [`intensity.${name}${suffix}`, ratio(computed, totalOf(slots, of))],
      [`share.${name}${suffix}`, here > 0 ? ratio(computed, total(experts)) : undefined],
      [`zeroCompute.${name}${suffix}`, ratio(totalOf(zero, of), here)],
      [`experts.${name}${suffix}`, ratio(computed, here)],
    ];
  });
  return present(named);
}

type Named = [name: string, value: number | undefined];

function present(named: readonly Named[]): Record<string, number> {
  return Object.fromEntries(
    named.filter((each): each is [string, number] => each[1] !== undefined),
  );
}

function totalOf(values: readonly number[], groups: readonly TokenGroup[]): number {
  return total(groups.map((group) => values[TOKEN_GROUPS.indexOf(group)]!));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}

function ratio(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}
