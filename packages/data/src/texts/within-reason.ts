import { unfolds } from './text-errors.js';

/** No text is packed as tightly as this. */
const MOST = 200;

/** Below this nobody is harmed. */
const ALLOWED = 2 ** 26;

/**
 * What comes out of a compressed file, as long as it stands in proportion to it.
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
