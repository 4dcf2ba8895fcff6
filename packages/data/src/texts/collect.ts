/**
 * Joins pieces until there are more bytes than the limit; reading stops there.
 * @returns the bytes, at most `limit` of them, and whether there were more
 */
export async function collect(
  pieces: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<{ readonly bytes: Uint8Array; readonly more: boolean }> {
  let bytes = new Uint8Array(2 ** 16);
  let size = 0;
  for await (const piece of pieces) {
    const taken = piece.subarray(0, limit - size);
    if (size + taken.length > bytes.length) bytes = grown(bytes, size + taken.length, limit);
    bytes.set(taken, size);
    size += taken.length;
    if (taken.length < piece.length) return { bytes: bytes.subarray(0, size), more: true };
  }
  return { bytes: bytes.subarray(0, size), more: false };
}

function grown(bytes: Uint8Array, needed: number, limit: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(needed, Math.min(2 * bytes.length, limit)));
  larger.set(bytes);
  return larger;
}
