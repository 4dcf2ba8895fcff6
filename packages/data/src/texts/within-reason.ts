import { unfolds } from './text-errors.js';

/** No text is packed as tightly as this. */
const MOST = 200;

/** A size below this is harmless. */
const ALLOWED = 2 ** 26;

/**
 * The content of a compressed file, while it is in proportion to the file.
 * @param packed the file and its size on disk      @throws DATA_LARGE
 */
export async function* withinReason(
  chunks: AsyncIterable<Uint8Array>,
  packed: { readonly path: string; readonly size: number },
): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of chunks) {
    seen += chunk.length;
    if (seen > ALLOWED && seen > MOST * packed.size) throw unfolds(packed.path, MOST);
    yield chunk;
  }
}
