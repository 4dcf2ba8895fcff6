/** How often each n-gram occurs; words are joined by U+0000, which none of them has. */
export function countNgrams(
  items: readonly string[],
  n: number,
  joint = '\0',
): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= items.length; i++) {
    const ngram = items.slice(i, i + n).join(joint);
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** N-grams of a hypothesis that its reference has as well, each as often as both have it. */
export function countMatches(
  hypothesis: ReadonlyMap<string, number>,
  reference: ReadonlyMap<string, number>,
): number {
  let matches = 0;
  for (const [ngram, count] of hypothesis) matches += Math.min(count, reference.get(ngram) ?? 0);
  return matches;
}
