import { fail } from '../../errors.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 as text: U+FEFF is a character like others. @throws DATA_BINARY */
export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw fail('DATA_BINARY', {
      asked: 'The text to encode must be UTF-8',
      got: `${bytes.length} bytes of another encoding`,
      fix: 'Convert the text to UTF-8, or use the tokenizer "bytes".',
      cause,
    });
  }
}
