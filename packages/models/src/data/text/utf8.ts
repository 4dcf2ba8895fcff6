import { notText } from './text-errors.js';

const MARK = [0xef, 0xbb, 0xbf];

/**
 * The same bytes, checked as they pass: UTF-8 without NUL. A byte order mark at the start is left out.
 * @throws MODELS_DATA_BINARY, naming UTF-16 where its mark is seen
 */
export async function* checkedUtf8(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let first = true;
  for await (const chunk of chunks) {
    if (first) assertNotUtf16(chunk, path);
    check(decoder, chunk, path);
    yield first ? withoutMark(chunk) : chunk;
    first = false;
  }
  check(decoder, undefined, path);
}

function check(
  decoder: InstanceType<typeof TextDecoder>,
  chunk: Uint8Array | undefined,
  path: string,
): void {
  try {
    if (chunk) decoder.decode(chunk, { stream: true });
    else decoder.decode();
  } catch (cause) {
    throw notText(path, 'bytes that are not', cause);
  }
  if (chunk?.includes(0)) throw notText(path, 'bytes of 0, as binary files have');
}

function assertNotUtf16([one, two]: Uint8Array, path: string): void {
  const little = one === 0xff && two === 0xfe;
  const big = one === 0xfe && two === 0xff;
  if (little || big) throw notText(path, 'UTF-16');
}

function withoutMark(chunk: Uint8Array): Uint8Array {
  return MARK.every((byte, i) => chunk[i] === byte) ? chunk.subarray(MARK.length) : chunk;
}
