import type { QuestionInput } from '../spec/question.js';

type More = Omit<QuestionInput, 'name' | 'rows'> & { readonly name?: string };

/** The mean of some rows less the mean of others. */
export function less(
  some: string | readonly string[],
  others: string | readonly string[],
  { name, ...more }: More = {},
): QuestionInput {
  const [a, b] = [[some].flat(), [others].flat()];
  return {
    name: name ?? `${a.join(', ')} − ${b.join(', ')}`,
    rows: Object.fromEntries([
      ...a.map((label) => [label, 1 / a.length] as const),
      ...b.map((label) => [label, -1 / b.length] as const),
    ]),
    ...more,
  };
}

/** The slope of a figure over rows in equal steps, per step: least squares. */
export function slope(rows: readonly string[], name: string, more: More = {}): QuestionInput {
  const middle = (rows.length - 1) / 2;
  const squares = rows.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const weights = rows.map((label, i) => [label, (i - middle) / squares] as const);
  return { ...more, name, rows: Object.fromEntries(weights) };
}

/** The question, and the same without drops. */
export function bothModes(question: QuestionInput): QuestionInput[] {
  return [question, { ...question, name: `${question.name}, drop-free`, dropFree: true }];
}
