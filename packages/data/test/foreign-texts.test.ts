import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, constants } from 'node:zlib';

import { blocksOf, openRegular } from '@moekit/files';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { loadTokens } from '../src/load-tokens.js';
import { inTime } from '../src/texts/in-time.js';
import { readRuns } from '../src/texts/parquet/runs.js';
import { shown } from '../src/texts/text-errors.js';
import { loadTextFile } from '../src/texts/text-file.js';
import { textPieces } from '../src/texts/text-pieces.js';
import { withinReason } from '../src/texts/within-reason.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moekit-foreign-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function textOf(path: string): Promise<string> {
  const { train, validation } = await loadTextFile(path);
  return Buffer.concat([train, validation]).toString();
}

async function piecesOf(path: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of textPieces([{ path, identity: [] }], 'text')) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const refused = (code: string, ...said: string[]) => ({
  code,
  message: expect.stringMatching(new RegExp(said.join('[^]*'))),
});

const golden = (name: string) => new URL(`goldens/${name}`, import.meta.url).pathname;
const body = 'a line of text\n'.repeat(100);

describe('anything but a regular file', () => {
  test.runIf(process.platform !== 'win32')('is refused at once, and named', async () => {
    const pipe = join(folder, 'pipe.txt');
    execFileSync('mkfifo', [pipe]);
    await symlink(pipe, join(folder, 'link.txt'));
    await symlink('/dev/zero', join(folder, 'zero.txt'));
    for (const path of [pipe, join(folder, 'link.txt'), folder]) {
      await expect(loadTextFile(path)).rejects.toMatchObject(
        refused('DATA_MISSING', 'named pipe', 'pipe|link'),
      );
      await rm(join(folder, 'zero.txt'), { force: true });
    }
    await expect(loadTextFile('/dev/zero')).rejects.toMatchObject(
      refused('DATA_MISSING', '/dev/zero', 'a device'),
    );
    await expect(loadTokens({ source: 'tiny-shakespeare', tokenizer: pipe })).rejects.toMatchObject(
      refused('DATA_TOKENIZER', 'named pipe'),
    );
  });

  test.runIf(process.platform !== 'win32')('may be a socket', async () => {
    const path = join(folder, 's.txt');
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      await expect(loadTextFile(path)).rejects.toMatchObject(refused('DATA_MISSING', 'a socket'));
    } finally {
      server.close();
    }
  });

  test('is an error of the path where the system has one', async () => {
    await symlink('nowhere.txt', join(folder, 'dangling.txt'));
    await symlink('loop.txt', join(folder, 'loop.txt'));
    for (const name of ['dangling.txt', 'loop.txt', 'absent.txt', 'x'.repeat(300), 'a\0b']) {
      await expect(loadTextFile(join(folder, name))).rejects.toMatchObject({
        code: 'DATA_MISSING',
      });
    }
    await expect(loadTextFile(folder)).rejects.toMatchObject(
      refused('DATA_MISSING', 'dangling.txt', 'ENOENT'),
    );
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'may be unreadable',
    async () => {
      const path = await put('closed.txt', body);
      await chmod(path, 0);
      await expect(loadTextFile(path)).rejects.toMatchObject(
        refused('DATA_MISSING', 'closed.txt', 'EACCES'),
      );
    },
  );
});

describe('a folder', () => {
  test('has links to files and folders as it has files', async () => {
    await put('blobs/one', 'first '.repeat(100));
    await put('other/b.txt', 'second '.repeat(100));
    await mkdir(join(folder, 'links'));
    await symlink('../blobs/one', join(folder, 'links/a.txt'));
    await symlink('../other', join(folder, 'links/more'));
    expect(await textOf(join(folder, 'links'))).toBe(
      `${'first '.repeat(100)}\n${'second '.repeat(100)}`,
    );
  });

  test('that a link leads back to is refused', async () => {
    await put('texts/a/b.txt', body);
    await symlink('..', join(folder, 'texts/a/up'));
    await expect(loadTextFile(join(folder, 'texts'))).rejects.toMatchObject(
      refused('DATA_MISSING', 'leads back', 'up'),
    );
  });

  test('has no hidden files', async () => {
    await put('texts/a.txt', body);
    await put('texts/._a.txt', Uint8Array.of(0, 5));
    await put('texts/.cache/b.txt', 'x');
    expect(await textOf(join(folder, 'texts'))).toBe(body);
  });
});

describe('endings', () => {
  test('are the same in any case', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => JSON.stringify({ text: `line ${i} of it` }));
    const plain = await textOf(await put('a.jsonl', rows.join('\n')));
    expect(plain).toContain('line 7 of it\nline 8');
    expect(await textOf(await put('b.JSONL', rows.join('\n')))).toBe(plain);
    expect(await textOf(await put('c.NdJson.GZ', gzipSync(rows.join('\n'))))).toBe(plain);
    expect(await textOf(join(folder))).toBe([plain, plain, plain].join('\n'));
    const { readFile } = await import('node:fs/promises');
    const upper = await put('d.PARQUET', await readFile(golden('plain.parquet')));
    expect(await textOf(upper)).toContain('line 3 – größer\n');
  });

  test('that are not known are refused, none at all is text', async () => {
    expect(await textOf(await put('corpus', body))).toBe(body);
    expect(await textOf(await put('corpus.gz', gzipSync(body)))).toBe(body);
    for (const name of ['a.csv', 'a.json', 'a.txt.zst', 'a.unknown', 'a.jsonl.bak']) {
      await expect(loadTextFile(await put(name, body))).rejects.toMatchObject(
        refused('DATA_FORMAT', '.jsonl', name),
      );
    }
  });
});

describe('a byte order mark', () => {
  const mark = '\ufeff';

  test('at the start is left out, elsewhere it is a character', async () => {
    const text = `${mark}a${mark}b\n${mark}c\n`;
    expect(await piecesOf(await put('a.txt', text))).toBe(text.slice(1));
    expect(await piecesOf(await put('b.txt', mark + text))).toBe(text);
    const row = JSON.stringify({ text: `${mark}x${mark}` });
    expect(await piecesOf(await put('a.jsonl', `${mark}${row}\n${row}`))).toBe(`${mark}x${mark}\n`.repeat(2)); // prettier-ignore
    await expect(piecesOf(await put('b.jsonl', `${row}\n${mark}${row}`))).rejects.toMatchObject(
      refused('DATA_FORMAT', 'line 2'),
    );
    await expect(piecesOf(await put('c.jsonl', `${row}\n${mark}\n`))).rejects.toMatchObject(
      refused('DATA_FORMAT', 'line 2'),
    );
  });

  test('is found where a gzip comes a byte at a time', async () => {
    const stored = [...Buffer.from(`${mark}ab`)].map((byte) => gzipSync(Uint8Array.of(byte)));
    expect(await piecesOf(await put('a.txt.gz', Buffer.concat(stored)))).toBe('ab');
  });

  test('may be before a tokenizer', async () => {
    const path = await put('tokenizer.json', `${mark}{}`);
    await expect(loadTokens({ source: 'tiny-shakespeare', tokenizer: path })).rejects.toMatchObject(
      {
        code: 'DATA_TOKENIZER',
        message: expect.not.stringContaining('Unexpected token'),
      },
    );
  });

  test('wherever it stands, pieces are the bytes of the file', async () => {
    const unit = fc.constantFrom(mark, 'a', 'ü', '\n', '\r\n', '\u2028', '😀', ' '.repeat(65_535));
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { maxLength: 12 }), async (units) => {
        const text = units.join('');
        const path = await put('any.txt', text);
        expect(await piecesOf(path)).toBe(text.startsWith(mark) ? text.slice(1) : text);
      }),
      { numRuns: 60 },
    );
  });
});

describe('bytes that are not text', () => {
  test.each<[string, Uint8Array | string, string, string]>([
    ['a.txt', Buffer.concat([Buffer.from('ok\n'.repeat(30_000)), Buffer.of(0xfc, 0x0a)]), 'DATA_BINARY', 'line 30001'], // prettier-ignore
    ['b.txt', Buffer.from('text '.repeat(300), 'utf16le'), 'DATA_BINARY', 'UTF-16'],
    ['a.jsonl', Buffer.from('{"text":"a"}\n{"text":"ü"}', 'latin1'), 'DATA_BINARY', 'line 2'],
    ['b.jsonl', '{"text":"a"}\n{"text":"\\ud83d"}', 'DATA_FORMAT', 'line 2.*surrogate'],
    ['c.jsonl', '{"text":"\\ude00\\ud83d"}', 'DATA_FORMAT', 'line 1.*surrogate'],
    ['d.jsonl', '{"text":"a"}\n\n{"text":null}', 'DATA_FORMAT', 'line 3.*null'],
    ['e.jsonl', '{"meta":{"text":"a"}}', 'DATA_FORMAT', 'text inside meta'],
    ['f.jsonl', '{"text":["a"]}', 'DATA_FORMAT', 'a list'],
    ['g.jsonl', '{"text":{"a":1}}', 'DATA_FORMAT', 'an object'],
    ['h.jsonl', '["text"]', 'DATA_FORMAT', 'a list'],
    ['i.jsonl', '{"__proto__":{"text":"a"}}', 'DATA_FORMAT', 'line 1'],
    ['j.jsonl', '[['.repeat(20_000), 'DATA_FORMAT', 'line 1'],
    ['k.jsonl', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'DATA_FORMAT', 'line 1'],
    ['l.txt.gz', Buffer.concat([gzipSync(body), Buffer.alloc(4)]), 'DATA_BINARY', '4 bytes after'], // prettier-ignore
    ['m.parquet.gz', gzipSync(body), 'DATA_BINARY', 'in gzip'],
  ])('%s says where and what', async (name, content, code, got) => {
    await expect(piecesOf(await put(name, content))).rejects.toMatchObject(refused(code, got));
  });

  test('does not write to the terminal', async () => {
    const path = await put('a.jsonl', '{"\\u001b[31mred\\u001b[0m\\u202e": 1}');
    await expect(piecesOf(path)).rejects.toMatchObject(refused('DATA_FORMAT', 'u\\{1b\\}\\[31mred')); // prettier-ignore
    const bad = await put('b.jsonl', '\u001b[31m');
    const error = await piecesOf(bad).catch((cause: Error) => cause.message);
    // eslint-disable-next-line no-control-regex
    expect(error).not.toMatch(/[\u0000-\u001f]/);
    expect(shown('x'.repeat(1000))).toHaveLength(303);
  });
});

describe('Parquet', () => {
  const all = Array.from({ length: 120 }, (_, i) => `line ${i} – größer\n`).join('');
  const names = ['delta', 'delta-length', 'dictionary'].map((name) => `${name}.parquet`);

  test.each(names)('%s is its rows', async (name) => {
    expect(await piecesOf(golden(name))).toBe(all); // written by pyarrow, pages with checksums
  });

  test('damaged anywhere is refused, or is what it was', async () => {
    const { readFile } = await import('node:fs/promises');
    const files = await Promise.all(names.map((name) => readFile(golden(name))));
    const change = fc.record({
      file: fc.constantFrom(...files),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      byte: fc.nat(255),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ file, at, byte }) => {
        const bytes = Buffer.from(file);
        bytes[Math.floor(at * bytes.length)] = byte;
        const path = await put('any.parquet', bytes);
        const read = await piecesOf(path).catch(({ code }: { code: string }) => code);
        expect([all, 'DATA_FORMAT', 'DATA_BINARY']).toContain(read);
      }),
      { numRuns: 400 },
    );
  });

  test.each<[string, number[], number, number]>([
    ['a run of two thousand million', [0xfe, 0xff, 0xff, 0xff, 0x0f, 1], 1, 10],
    ['packed runs without bits, for ever', [0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], 0, 10],
    ['an empty run', [0, 0, 0, 0], 1, 10],
    ['a run that is cut short', [0x05, 0xff], 8, 16],
  ])('does not take memory or time for %s', (_what, bytes, width, count) => {
    expect(() => readRuns({ bytes: Uint8Array.from(bytes), at: 0 }, width, count)).toThrow(
      RangeError,
    );
  });

  test.each([
    ['latin1', 'DATA_BINARY', 'row 1'],
    ['null-text', 'DATA_FORMAT', 'row 21.*null'],
    ['nested-text', 'DATA_FORMAT', 'text inside meta'],
  ])('%s says so', async (name, code, got) => {
    await expect(piecesOf(golden(`${name}.parquet`))).rejects.toMatchObject(refused(code, got));
  });
});

describe('limits', () => {
  test('a compressed file may not unfold to two hundred times its size', async () => {
    async function* chunks() {
      const chunk = new Uint8Array(2 ** 24);
      for (let i = 0; i < 5; i++) yield chunk;
    }
    const read = async (size: number) => {
      for await (const chunk of withinReason(chunks(), { path: 'x.gz', size })) void chunk;
    };
    await expect(read(2 ** 18)).rejects.toMatchObject(refused('DATA_LARGE', 'x.gz'));
    await read(2 ** 19);
  });

  test('a line of JSONL is not read for ever', async () => {
    const path = await put('a.jsonl.gz', gzipSync(Buffer.alloc(2 ** 24 + 2 ** 17, 'x'), { level: constants.Z_BEST_SPEED })); // prettier-ignore
    await expect(piecesOf(path)).rejects.toMatchObject(refused('DATA_FORMAT', 'a line of'));
  });

  test('synchronous work that does not end is stopped', () => {
    expect(() => inTime(() => /^(a+)+$/.test(`${'a'.repeat(60)}b`), 50)).toThrow('timed out');
    expect(inTime(() => 7, 1000)).toBe(7);
  });

  test('a file that changes while it is read is an error', async () => {
    const path = await put('a.txt', body);
    const handle = await openRegular(path);
    try {
      await expect(
        (async () => {
          for await (const block of blocksOf(handle)) {
            expect(block).toHaveLength(1500);
            await appendFile(path, 'more');
          }
        })(),
      ).rejects.toThrow('changed while it was read');
    } finally {
      await handle.close();
    }
  });
});
