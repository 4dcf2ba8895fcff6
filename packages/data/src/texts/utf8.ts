import { notText } from './text-errors.js';

const MARK = [0xef, 0xbb, 0xbf];

const NEWLINE = 0x0a;

/**
 * The same bytes, checked as they pass: UTF-8 without NUL. A byte order mark at the start is left out; elsewhere it is
 * a character.
 * @throws DATA_BINARY with the line, naming UTF-16 where its mark is seen
 */
export async function* checkedUtf8(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let first = true;
  for await (const chunk of withWholeStart(chunks)) {
    if (first) assertNotUtf16(chunk, path);
    if (chunk.includes(0)) throw notText(path, 'zero bytes, as in binary files and UTF-16');
    if (!decodes(decoder, chunk)) throw notText(path, badByte(chunk, line));
    line += linesIn(chunk);
    yield first ? withoutMark(chunk) : chunk;
    first = false;
  }
  if (!decodes(decoder)) throw notText(path, `an incomplete character at the end, line ${line}`);
}

/** Chunks of which the first is long enough to hold a mark. */
async function* withWholeStart(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (start === undefined) yield chunk;
    else {
      start = Buffer.concat([start, chunk]);
      if (start.length < MARK.length) continue;
      yield start;
      start = undefined;
    }
  }
  if (start && start.length > 0) yield start;
}

function decodes(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): boolean {
  try {
    if (chunk) decoder.decode(chunk, { stream: true });
    else decoder.decode();
    return true;
  } catch {
    return false;
  }
}

/** The error of a chunk, found line by line. @param line number of its first */
function badByte(chunk: Uint8Array, line: number): string {
  const whole = linesIn(chunk);
  for (let at = chunk.indexOf(NEWLINE) + 1, n = 1; n <= whole; n++) {
    const end = chunk.indexOf(NEWLINE, at);
    const text = chunk.subarray(at, end === -1 ? chunk.length : end + 1);
    if (!decodes(new TextDecoder('utf-8', { fatal: true }), text)) {
      return `other bytes in line ${line + n}`;
    }
    at = end + 1;
  }
  return `other bytes in line ${line}`;
}

function linesIn(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

function assertNotUtf16([one, two]: Uint8Array, path: string): void {
  const little = one === 0xff && two === 0xfe;
  const big = one === 0xfe && two === 0xff;
  if (little || big) throw notText(path, 'UTF-16');
}

function withoutMark(chunk: Uint8Array): Uint8Array {
  return MARK.every((byte, i) => chunk[i] === byte) ? chunk.subarray(MARK.length) : chunk;
}
