/** Splits at the commas that stand outside brackets, braces and quotes: `a?k=[1,2],b` is two parts. */
export function splitList(text: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  let quoted = false;
  for (const [index, character] of [...text].entries()) {
    if (character === '"' && text[index - 1] !== '\\') quoted = !quoted;
    if (!quoted && '[{'.includes(character)) depth += 1;
    if (!quoted && ']}'.includes(character)) depth -= 1;
    if (character === ',' && depth <= 0 && !quoted) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
