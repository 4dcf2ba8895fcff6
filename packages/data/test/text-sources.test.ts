import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { loadTextFile } from '../src/texts/text-file.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moekit-texts-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function textOf(path: string, options = {}): Promise<string> {
  const { train, validation } = await loadTextFile(path, options);
  return Buffer.concat([train, validation]).toString();
}

const coded = (code: string) => expect.objectContaining({ code });

const rows = (count: number, field = 'text') =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ id: i, [field]: `line ${i} – größer` }));

const joinedRows = (count: number) =>
  Array.from({ length: count }, (_, i) => `line ${i} – größer\n`).join('');

describe('a folder', () => {
  test('is every text below it in the order of names, other files and empty ones left out', async () => {
    await put('many/b.txt', 'second '.repeat(100));
    await put('many/a/z.md.gz', gzipSync('first '.repeat(100)));
    await put('many/c.jsonl', rows(3).join('\n'));
    await put('many/empty.txt', '');
    await put('many/picture.png', Uint8Array.of(0, 1, 2));
    expect(await textOf(join(folder, 'many'))).toBe(
      `${'first '.repeat(100)}\n${'second '.repeat(100)}\n${joinedRows(3)}\n`,
    );
  });

  test('without a text is missing', async () => {
    await put('none/picture.png', Uint8Array.of(0, 1, 2));
    await expect(loadTextFile(join(folder, 'none'))).rejects.toThrow(coded('DATA_MISSING'));
  });
});

describe('JSONL', () => {
  test('is the text of each line, blank lines left out', async () => {
    const path = await put('rows.jsonl', `${rows(80).join('\n\n')}\r\n`);
    expect(await textOf(path)).toBe(joinedRows(80));
    const packed = await put('rows.jsonl.gz', gzipSync(rows(80, 'body').join('\n')));
    expect(await textOf(packed, { field: 'body' })).toBe(joinedRows(80));
  });

  test.each<[string, string[]]>([
    ['a line that is not JSON', ['{"text": "a"}', '{"text": ']],
    ['a row without the field', ['{"text": "a"}', '{"body": "b"}']],
    ['a text that is a number', ['{"text": "a"}', '{"text": 1}']],
    ['a row that is null', ['{"text": "a"}', 'null']],
  ])('with %s is an error that names the line', async (_what, lines) => {
    const path = await put('bad.jsonl', lines.join('\n'));
    await expect(loadTextFile(path)).rejects.toMatchObject({
      code: 'DATA_FORMAT',
      message: expect.stringContaining('line 2'),
    });
  });
});

describe('encodings', () => {
  test('a byte order mark is not part of the text', async () => {
    const path = await put('mark.txt', `\ufeff${'text '.repeat(300)}`);
    expect(await textOf(path)).toBe('text '.repeat(300));
  });

  test.each<[string, Uint8Array, string]>([
    ['Latin-1', Buffer.from('größer '.repeat(300), 'latin1'), 'other bytes in line'],
    ['UTF-16', Buffer.from(`\ufeff${'text '.repeat(300)}`, 'utf16le'), 'UTF-16'],
    [
      'UTF-8 and Latin-1',
      Buffer.concat([Buffer.from('ü'.repeat(40_000)), Buffer.of(0xfc)]),
      'other bytes',
    ],
    ['a character cut at the end', Buffer.from('ü'.repeat(900)).subarray(0, -1), 'incomplete'],
    ['zeros', Buffer.alloc(3000), 'zero bytes'],
    ['a broken gzip', gzipSync('text '.repeat(30_000)).subarray(0, 100), 'unexpected end'],
  ])('%s is refused by name', async (what, bytes, got) => {
    const path = await put(what.includes('gzip') ? 'cut.txt.gz' : 'bad.txt', bytes);
    await expect(loadTextFile(path)).rejects.toMatchObject({
      code: 'DATA_BINARY',
      message: expect.stringContaining(got),
    });
  });
});

describe('a text larger than memory allows', () => {
  test('is refused, or its start is used when asked for, between characters', async () => {
    const path = join(folder, 'large.txt');
    const out = createWriteStream(path);
    const megabyte = 'é'.repeat(2 ** 19);
    for (let i = 0; i < 65; i++) out.write(megabyte); // one line
    await new Promise<void>((resolve) => out.end(resolve));
    await expect(loadTextFile(path)).rejects.toThrow(coded('DATA_LARGE'));
    const { train, validation, attribution } = await loadTextFile(path, { maxBytes: 10_001 });
    expect(train.length + validation.length).toBe(10_000);
    expect(attribution).toContain('the first 10000 bytes');
    expect(new TextDecoder('utf-8', { fatal: true }).decode(validation)).toMatch(/^é+$/);
  }, 120_000);

  test.each(['x', 'é', '–', '😀'])('is cut after the last whole %s', async (character) => {
    const path = await put('cut.txt', character.repeat(2000));
    const width = Buffer.byteLength(character);
    for (let maxBytes = 1200; maxBytes < 1204; maxBytes++) {
      const text = await textOf(path, { maxBytes });
      expect(text).toBe(character.repeat(Math.floor(maxBytes / width)));
    }
  });

  test('may be gzipped and unfold to any size', async () => {
    const path = await put('bomb.txt.gz', gzipSync('x'.repeat(70 * 2 ** 20)));
    await expect(loadTextFile(path)).rejects.toThrow(coded('DATA_LARGE'));
    expect(await textOf(path, { maxBytes: 2000 })).toHaveLength(2000);
  }, 120_000);
});

describe('Parquet', () => {
  const golden = (name: string) => new URL(`goldens/${name}.parquet`, import.meta.url).pathname;

  test.each(['plain', 'snappy', 'zstd', 'gzip'])('with %s pages is its rows', async (name) => {
    expect(await textOf(golden(name))).toBe(joinedRows(120)); // written by pyarrow, four row groups
  });

  test('may be one of a folder, and its column may have another name', async () => {
    await expect(loadTextFile(golden('snappy'), { field: 'id' })).rejects.toThrow(
      coded('DATA_FORMAT'),
    );
    await expect(loadTextFile(golden('snappy'), { field: 'body' })).rejects.toMatchObject({
      code: 'DATA_FORMAT',
      message: expect.stringContaining('id, text'),
    });
  });

  test('that is damaged is a coded error', async () => {
    const { readFile } = await import('node:fs/promises');
    const bytes = await readFile(golden('snappy'));
    const cut = await put('cut.parquet', bytes.subarray(0, bytes.length - 9));
    await expect(loadTextFile(cut)).rejects.toThrow(coded('DATA_FORMAT'));
    const other = await put('other.parquet', 'not parquet at all');
    await expect(loadTextFile(other)).rejects.toThrow(coded('DATA_FORMAT'));
    const empty = await put('empty.parquet', '');
    await expect(loadTextFile(empty)).rejects.toThrow(coded('DATA_FORMAT'));
  });
});
