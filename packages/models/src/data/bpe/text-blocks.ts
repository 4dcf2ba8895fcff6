const BLOCK = 2 ** 16;

const [NEWLINE, SPACE] = [0x0a, 0x20];

/** UTF-8 as strings of 64 KiB or so that end with a line, else before a space, else between characters. */
export function* textBlocks(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length;) {
    const end = blockEnd(bytes, at);
    yield decoder.decode(bytes.subarray(at, end));
    at = end;
  }
}

/** Where a block that begins at `start` ends: the text's end where less than a block is left. */
export function blockEnd(bytes: Uint8Array, start: number): number {
  if (bytes.length - start <= BLOCK) return bytes.length;
  const block = bytes.subarray(start, start + BLOCK);
  const newline = block.lastIndexOf(NEWLINE);
  if (newline > 0) return start + newline + 1;
  const space = block.lastIndexOf(SPACE);
  if (space > 0) return start + space;
  let end = start + BLOCK;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return end;
}
