/** The words of a command line up to the cursor, quotes taken away; the last is the one that is typed, maybe empty. */
export function wordsOf(line: string): readonly string[] {
  const words = [''];
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (quote !== '') {
      if (character === quote) quote = '';
      else words[words.length - 1] += character;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '\\' && i + 1 < line.length) words[words.length - 1] += line[++i]!;
    else if (character !== ' ' && character !== '\t') words[words.length - 1] += character;
    else if (words.at(-1) !== '' || words.length === 1) words.push('');
  }
  return words;
}
