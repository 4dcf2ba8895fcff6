/** What Python's `str.split()` splits at: unlike JavaScript's \s with U+001C to U+001F and U+0085, and without U+FEFF. */
const WHITESPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/; // eslint-disable-line no-control-regex

const TRAILING = new RegExp(`${WHITESPACE.source}$`);

/** Words between whitespace, as Python's `str.split()`. */
export function splitWords(text: string): string[] {
  return text.split(WHITESPACE).filter((word) => word !== '');
}

/** Without whitespace at the end, as Python's `str.rstrip()`. */
export function trimEnd(text: string): string {
  return text.replace(TRAILING, '');
}
