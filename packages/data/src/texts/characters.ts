/** Whether a byte of UTF-8 continues a character that another began (10xxxxxx). */
export function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** How many of these bytes are whole characters: the last one may have been cut. */
export function wholeCharacters(bytes: Uint8Array): number {
  let start = bytes.length - 1;
  while (start > 0 && isContinuation(bytes[start]!)) start--;
  const lead = bytes[start] ?? 0;
  const width = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return start + width <= bytes.length ? bytes.length : start;
}

/** The first place at or after `at` where a character begins. */
export function characterFrom(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start < bytes.length && isContinuation(bytes[start]!)) start++;
  return start;
}
