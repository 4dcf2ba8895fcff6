/** A textlint rule: a sentence has at most `max` words. Code in backticks is one word, the address of a link none. */
export function sentenceLength({ Syntax, RuleError, report, getSource }, { max }) {
  return {
    [Syntax.Paragraph](paragraph) {
      const text = getSource(paragraph);
      if (text.startsWith('$$')) return; // an equation
      for (const { index, sentence } of sentencesOf(text)) {
        const words = wordsOf(sentence);
        if (words <= max) continue;
        report(
          paragraph,
          new RuleError(`A sentence of ${words} words; at most ${max}.`, { index }),
        );
      }
    },
  };
}

/** A full stop and a space end a sentence, except after an abbreviation. */
function* sentencesOf(text) {
  const end = /(?<!\b(?:e\.g|i\.e|eq|cf|vs|al))[.?!][)*"’]*\s+|$/g;
  let index = 0;
  for (const { 0: mark, index: at } of text.matchAll(end)) {
    yield { index, sentence: text.slice(index, at) };
    index = at + mark.length;
  }
}

const wordsOf = (text) =>
  text
    .replace(/`[^`]*`/g, 'code')
    .replace(/\]\([^)]*\)/g, ' ')
    .split(/\s+/)
    .filter((word) => /\p{L}|\p{N}/u.test(word)).length;
