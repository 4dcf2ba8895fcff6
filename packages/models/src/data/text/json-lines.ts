import { wrongFormat } from './text-errors.js';

/** No document is this long; a file without line ends is no JSONL. */
const LONGEST_LINE = 2 ** 26;

const NEWLINE = 0x0a;

/**
 * The texts of a JSONL file, one a line.
 * @param field which member holds the text
 * @throws MODELS_DATA_FORMAT, naming the line
 */
export async function* jsonLines(
  chunks: AsyncIterable<Uint8Array>,
  { path, field }: { readonly path: string; readonly field: string },
): AsyncGenerator<Uint8Array> {
  let number = 0;
  for await (const line of lines(chunks, path)) {
    number++;
    const text = new TextDecoder().decode(line).trim();
    if (text !== '')
      yield new TextEncoder().encode(`${fieldOf(text, field, `${path}, line ${number},`)}\n`);
  }
}

function fieldOf(line: string, field: string, where: string): string {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (cause) {
    throw wrongFormat(`${where} must be JSON`, (cause as Error).message, cause);
  }
  return textField(row, field, where);
}

/** @throws MODELS_DATA_FORMAT when the row has no such text */
export function textField(row: unknown, field: string, where: string): string {
  const isRow = typeof row === 'object' && row !== null && Object.hasOwn(row, field);
  const text = isRow ? (row as Record<string, unknown>)[field] : undefined;
  if (typeof text === 'string') return text;
  const known = typeof row === 'object' && row !== null ? Object.keys(row).join(', ') : typeof row;
  throw wrongFormat(`${where} must have a text named ${field}`, known || 'no field');
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
