import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { loadTextFile } from '../../../packages/data/src/texts/text-file.js';
import { readParallelText } from '../../../packages/data/src/parallel/parallel-text.js';
import { loadDigits, parseDigits } from '../../../packages/data/src/pictures/digits.js';
import type { Target } from '../target.js';
import { must } from '../target.js';

const goldens = join(import.meta.dirname, '../../../packages/data/test/goldens');

async function textOf(path: string): Promise<string> {
  const { train, validation } = await loadTextFile(path);
  const bytes = Buffer.concat([train, validation]);
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return text.decode(bytes); // throws where it is not UTF-8
}

/** A reader of one file by its ending. @param check of the accepted text */
function file(
  ending: string,
  seeds: () => readonly Buffer[],
  check: (text: string, input: Buffer) => void,
): Target {
  return {
    name: `text, ${ending}`,
    form: 'bytes',
    seeds,
    async read(input, folder) {
      const path = join(folder, `text.${ending}`);
      writeFileSync(path, input);
      check(await textOf(path), input);
    },
  };
}

const words = (i: number) => `line ${i}: größer, 漢字 and 🙂 ${'word '.repeat(12)}`;
const rows = Array.from({ length: 40 }, (_, i) => JSON.stringify({ text: words(i), n: i }));

/** The slow and obvious reader. */
function linesOf(input: Buffer): string {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(input);
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `${(JSON.parse(line) as { text: string }).text}\n`)
    .join('');
}

const jsonl = file(
  'jsonl',
  () => [Buffer.from(rows.join('\n'))],
  (text, input) => {
    must(text === linesOf(input), 'its text is another');
  },
);

const parquet = file(
  'parquet',
  () =>
    ['plain', 'snappy', 'gzip', 'zstd'].map((name) =>
      readFileSync(join(goldens, `${name}.parquet`)),
    ),
  (text) => must(text.length > 0 && text.endsWith('\n'), 'its text is cut'),
);

const plain = file(
  'txt',
  () => [Buffer.from(rows.join('\n'))],
  (text, input) => {
    must(
      Buffer.from(text).equals(input.subarray(input.length - Buffer.byteLength(text))),
      'its text is another',
    );
  },
);

const gzipped = file(
  'jsonl.gz',
  () => [gzipSync(rows.join('\n'))],
  (text) => {
    must(text.split('\n').length <= 2000, 'it has lines of nowhere');
  },
);

const parallel: Target = {
  name: 'parallel text',
  form: 'bytes',
  seeds: () => [Buffer.from(Array.from({ length: 60 }, (_, i) => words(i)).join('\n') + '\n')],
  async read(input, folder) {
    writeFileSync(join(folder, 'train.en'), input);
    writeFileSync(join(folder, 'train.de'), Buffer.from(`${'ein Satz\n'.repeat(60)}`));
    const { train, validation, test } = await readParallelText(folder, { from: 'en', to: 'de' });
    const pairs = [train, validation, test];
    must(
      pairs.every(({ source, target }) => source.length === target.length),
      'sides differ',
    );
  },
};

const idx = (shape: readonly number[], values: Uint8Array) => {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x800 + shape.length);
  shape.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([header, values]);
};
const images = idx([6, 28, 28], new Uint8Array(6 * 784).fill(9));
const labels = idx([6], Uint8Array.of(1, 2, 3, 4, 5, 6));

const digits: Target = {
  name: 'idx',
  form: 'bytes',
  seeds: () => [images, labels],
  async read(input, folder) {
    const isLabels = input.length < 100;
    const read = parseDigits(isLabels ? images : input, isLabels ? input : labels);
    must(read.images.length === 6 * 784 && read.labels.length === 6, 'it has another size');
    writeFileSync(join(folder, 't10k-images-idx3-ubyte.gz'), gzipSync(isLabels ? images : input));
    writeFileSync(join(folder, 't10k-labels-idx1-ubyte.gz'), gzipSync(isLabels ? input : labels));
    await loadDigits(folder);
  },
};

export const texts = [plain, jsonl, parquet, gzipped, parallel, digits];
