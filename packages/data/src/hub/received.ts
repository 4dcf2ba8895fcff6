/** In this time so much must come, or the connection counts as broken. */
export interface Pace {
  readonly ms: number;
  readonly bytes: number;
}

const PACE: Pace = { ms: 60_000, bytes: 2 ** 14 };

/** The chunks of a response, as they come. @throws an Error where it is too slow, what the connection breaks with */
export async function* chunksOf(response: Response, pace = PACE): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    let until = Date.now() + pace.ms;
    for (let came = 0; ;) {
      const { done, value } = await before(until, reader.read());
      if (done) return;
      yield value;
      came += value.length;
      if (came < pace.bytes) continue;
      [came, until] = [0, Date.now() + pace.ms];
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The start of a response, and whether there was more. */
export async function received(response: Response, limit: number) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(response)) {
    if (size + chunk.length > limit) {
      return { body: Buffer.concat([...chunks, chunk.subarray(0, limit - size)]), more: true };
    }
    chunks.push(chunk);
    size += chunk.length;
  }
  return { body: Buffer.concat(chunks), more: false };
}

async function before<Result>(until: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const wait = Math.max(0, until - Date.now());
    timer = setTimeout(() => reject(new Error('hardly anything came')), wait);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
