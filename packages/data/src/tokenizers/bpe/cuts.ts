const [TAB, NEWLINE, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];

/** Blocks are at least so long, so that memory and the number of calls stay small. */
export const BLOCK = 2 ** 16;

/**
 * Where a text may be cut at or after `start`, so that its parts have the ids of the whole: between a letter and a
 * space, a tab or the end of a line. Every pattern of `patterns.ts` ends a word there, whatever stands around it; NFC
 * changes nothing across it. Of letters ASCII's, Han from U+5000 to U+8FFF and Cyrillic from U+0410 to U+043F are enough.
 * @param spaces cut only before U+0020      @returns the text's length where there is no such place
 */
export function cutAfter(text: Uint8Array, start: number, spaces: boolean): number {
  for (let at = Math.max(1, start); at < text.length; at++) {
    const byte = text[at]!;
    if (byte !== SPACE && (spaces || (byte !== NEWLINE && byte !== RETURN && byte !== TAB))) {
      // after a line's end that stands alone between what is not white space and an ASCII letter
      if (!spaces && isLetter(byte) && text[at - 1] === NEWLINE && at > 1 && isInk(text[at - 2]!))
        return at;
      continue;
    }
    if (endsWithLetter(text, at)) return at;
  }
  return text.length;
}

/** Whether a string of its own, an added token, holds such a place. */
export function holdsCut(content: string): boolean {
  const bytes = new TextEncoder().encode(content);
  return cutAfter(bytes, 0, false) < bytes.length || /\S\s/u.test(content);
}

function endsWithLetter(text: Uint8Array, end: number): boolean {
  const last = text[end - 1]!;
  if (last < 0x80) return isLetter(last);
  const [lead, second] = [text[end - 3] ?? 0, text[end - 2] ?? 0];
  if (lead >= 0xe5 && lead <= 0xe8 && second >= 0x80 && second < 0xc0) return true; // Han: U+5000 to U+8FFF
  return second === 0xd0 && last >= 0x90; // Cyrillic: U+0410 to U+043F
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

/** Visible ASCII. */
function isInk(byte: number): boolean {
  return byte > SPACE && byte < 0x7f;
}
