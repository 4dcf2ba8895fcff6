/** Widths of characters at the charts' size, in pixels, rounded up: there is no font to ask. */
const [NARROW, WIDE] = [9, 14];
/** Scripts and signs that take a square: CJK, Hangul, full-width forms, emoji. */
const SQUARE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\u3000-\u303f\uff00-\uffef]/u;

const widthOf = (character: string) => (SQUARE.test(character) ? WIDE : NARROW);

/** How wide a text is drawn, in pixels: an upper bound for most fonts. */
export function labelWidth(text: string): number {
  return [...text].reduce((sum, character) => sum + widthOf(character), 0);
}

/**
 * A label that fits into so many pixels: the middle gives way, since long labels differ at their ends.
 * @param room in pixels
 */
export function fitLabel(label: string, room: number): string {
  const text = label.replace(/\s+/g, ' ');
  if (labelWidth(text) <= room) return text;
  const characters = [...text];
  const half = (room - NARROW) / 2;
  const start = taken(characters, half);
  const end = taken(characters.toReversed(), half);
  return `${characters.slice(0, start).join('')}…${end === 0 ? '' : characters.slice(-end).join('')}`;
}

/** How many of the first characters fit. */
function taken(characters: readonly string[], room: number): number {
  let left = room;
  const over = characters.findIndex((character) => (left -= widthOf(character)) < 0);
  return over === -1 ? characters.length : over;
}
