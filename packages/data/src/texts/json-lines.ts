import { wrongFormat } from './text-errors.js';
import { textField } from './text-field.js';

/** No document is this long; a file without line ends is not JSONL. */
const LONGEST_LINE = 2 ** 24;

const NEWLINE = 0x0a;

/**
 * The texts of a JSONL file, one per line.
 * @param field which member holds the text
 * @throws DATA_FORMAT, naming the line
 */
export async function* jsonLines(
  chunks: AsyncIterable<Uint8Array>,
  { path, field }: { readonly path: string; readonly field: string },
): AsyncGenerator<Uint8Array> {
  // a mark at the start of the file is gone by now: elsewhere it is a character
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let number = 0;
  for await (const line of lines(chunks, path)) {
    number++;
    const text = decoder.decode(line);
    if (/^[ \t\r]*$/.test(text)) continue;
    const where = `${path}, line ${number},`;
    yield new TextEncoder().encode(`${textField(parsed(text, where), field, where)}\n`);
  }
}

function parsed(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw wrongFormat(`${where} must be JSON`, (cause as Error).message, cause);
  }
}

async function* lines(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (let chunk of chunks) {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE)) {
      yield Buffer.concat([...parts, chunk.subarray(0, at)]);
      [parts, held] = [[], 0];
      chunk = chunk.subarray(at + 1);
    }
    parts.push(chunk);
    held += chunk.length;
    if (held > LONGEST_LINE)
      throw wrongFormat(`${path} must be JSONL`, `a line of over ${LONGEST_LINE} bytes`);
  }
  if (held > 0) yield Buffer.concat(parts);
}
