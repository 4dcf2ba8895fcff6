import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { isMoekitError } from '@moekit/core';
import { describe, expect, test } from 'vitest';

import { loadDigits, parseDigits } from '../src/pictures/digits.js';
import { parseIdx } from '../src/pictures/idx.js';

/** An idx file of bytes. */
function idx(shape: readonly number[], values: readonly number[]): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x800 + shape.length);
  shape.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  return new Uint8Array(Buffer.concat([header, Buffer.from(values)]));
}

const images = (count: number, side = 28) =>
  idx([count, side, side], new Array<number>(count * side * side).fill(7));
const labels = (count: number, label = 3) => idx([count], new Array<number>(count).fill(label));

async function codeOf(use: () => unknown): Promise<string | undefined> {
  try {
    await use();
  } catch (error) {
    return isMoekitError(error) ? error.code : String(error);
  }
  return undefined;
}

test('an idx file gives its shape and its bytes', () => {
  const { shape, values } = parseIdx(idx([2, 3], [1, 2, 3, 4, 5, 255]), 2, 'x');
  expect(shape).toEqual([2, 3]);
  expect([...values]).toEqual([1, 2, 3, 4, 5, 255]);
});

test.each<[string, Uint8Array]>([
  ['nothing in it', new Uint8Array()],
  ['half a magic number', idx([2], [1, 2]).subarray(0, 2)],
  ['another rank', idx([2, 1], [1, 2])],
  ['another type', idx([2], [1, 2]).with(2, 13)],
  ['a magic number that is text', new TextEncoder().encode('<!doctype html>')],
  ['half a header', idx([2], [1, 2]).subarray(0, 6)],
  ['a value missing', idx([2], [1])],
  ['a byte left over', idx([2], [1, 2, 3])],
  ['a size that no file has', idx([0xffffffff], [1])],
])('an idx file with %s is refused', async (_name, bytes) => {
  expect(await codeOf(() => parseIdx(bytes, 1, 'labels'))).toBe('DATA_IDX');
});

test.each<[string, Uint8Array, Uint8Array, string]>([
  ['fewer labels than images', images(6), labels(5), 'DATA_IDX'],
  ['images of another size', images(6, 8), labels(6), 'DATA_IDX'],
  ['a label that is no digit', images(6), labels(6, 10), 'DATA_IDX'],
  ['too few to hold some out', images(4), labels(4), 'DATA_SHORT'],
])('digits with %s are refused', async (_name, pictures, shown, code) => {
  expect(await codeOf(() => parseDigits(pictures, shown))).toBe(code);
});

test('a message names the file, what it should hold and what it holds', () => {
  expect(() => parseIdx(idx([3], [1]), 1, 'of labels')).toThrow(/of labels.*3 = 3 values.*1/s);
});

describe('the digits of the package', () => {
  test('are the ten thousand test images of MNIST, every fifth of them held out', async () => {
    const { images: pixels, labels: shown, train, heldOut, attribution } = await loadDigits();
    expect(pixels.length).toBe(10_000 * 28 * 28);
    expect([...shown.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    expect([train.length, heldOut.length]).toEqual([8000, 2000]);
    expect(new Set([...train, ...heldOut]).size).toBe(10_000);
    expect(attribution).toContain('CC BY-SA 3.0');
  });

  test('are attributed in their folder', async () => {
    const notice = await readFile(new URL('../data/ATTRIBUTION.md', import.meta.url), 'utf8');
    expect(notice).toMatch(/MNIST[\s\S]*Attribution-ShareAlike 3\.0/);
  });
});

describe('digits of a folder', () => {
  async function inFolder(files: Record<string, Uint8Array>): Promise<string | undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'moekit-digits-'));
    try {
      for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
      return await codeOf(() => loadDigits(folder));
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  const [imageFile, labelFile] = ['t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'];

  test('are read', async () => {
    const files = { [imageFile]: gzipSync(images(10)), [labelFile]: gzipSync(labels(10)) };
    expect(await inFolder(files)).toBeUndefined();
  });

  test.each<[string, Uint8Array, string]>([
    ['cut short', gzipSync(images(10)).subarray(0, 40), 'DATA_IDX'],
    ['not compressed', images(10), 'DATA_IDX'],
    ['with a wrong count inside', gzipSync(images(9)), 'DATA_IDX'],
    ['with more after its end', Buffer.concat([gzipSync(images(10)), Buffer.alloc(9)]), 'DATA_IDX'],
    ['that say they have 2^96 pixels', gzipSync(Buffer.from(images(10)).fill(0xff, 4, 16)), 'DATA_IDX'], // prettier-ignore
    ['that unfold without end', gzipSync(Buffer.alloc(2 ** 26 + 1)), 'DATA_LARGE'],
  ])('%s are refused', async (_name, bytes, code) => {
    const files = { [imageFile]: bytes, [labelFile]: gzipSync(labels(10)) };
    expect(await inFolder(files)).toBe(code);
  });

  test('that are not there, or no files, are refused', async () => {
    expect(await inFolder({})).toBe('DATA_MISSING');
    const folder = await mkdtemp(join(tmpdir(), 'moekit-digits-'));
    await mkdir(join(folder, imageFile));
    expect(await codeOf(() => loadDigits(folder))).toBe('DATA_MISSING');
    await rm(folder, { recursive: true });
  });
});
