/** Lines broken between words; a word that is longer than a line stays whole. */
export function wrap(lines: readonly string[], width = 118): string[] {
  return lines.flatMap((line) => {
    const broken: string[] = [];
    for (const word of line.split(' ')) {
      const last = broken.at(-1);
      if (last !== undefined && last.length + word.length < width)
        broken[broken.length - 1] = `${last} ${word}`;
      else broken.push(word);
    }
    return broken;
  });
}
