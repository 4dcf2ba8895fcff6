import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { fail } from '../errors.js';
import { collect } from '../texts/collect.js';
import { readChunks } from '../texts/read-file.js';
import { shown } from '../texts/text-errors.js';
import type { Digits } from './digit-set.js';
import { DIGIT_SIDE } from './digit-set.js';
import { parseIdx } from './idx.js';

/** Twice the training images of MNIST. */
const LARGEST_FILE = 2 ** 27;

const ATTRIBUTION =
  'MNIST test images by Yann LeCun, Corinna Cortes and Christopher Burges, from NIST databases; CC BY-SA 3.0. ' +
  'Every fifth image is held out, the others train.';

/**
 * The ten thousand digits that come with the package, or those of a folder.
 * @param source `mnist`, or a folder with `t10k-images-idx3-ubyte.gz` and `t10k-labels-idx1-ubyte.gz`
 * @throws DATA_MISSING, DATA_IDX, DATA_SHORT
 */
export async function loadDigits(source = 'mnist'): Promise<Digits> {
  // src/pictures and dist/pictures are equally deep, so one relative address serves both.
  const embedded = source === 'mnist';
  const folder = embedded ? fileURLToPath(new URL('../../data/', import.meta.url)) : source;
  const [images, labels] = await Promise.all([
    readGzip(join(folder, 't10k-images-idx3-ubyte.gz')),
    readGzip(join(folder, 't10k-labels-idx1-ubyte.gz')),
  ]);
  const attribution = embedded ? ATTRIBUTION : `${source}, files of the user's.`;
  return { name: source, attribution, ...parseDigits(images, labels) };
}

/**
 * @param images and @param labels decompressed idx files
 * @throws DATA_IDX where a file is corrupt or the two do not belong together, DATA_SHORT for too few
 */
export function parseDigits(
  images: Uint8Array,
  labels: Uint8Array,
): Omit<Digits, 'name' | 'attribution'> {
  const pictures = parseIdx(images, 3, 'of images');
  const shown = parseIdx(labels, 1, 'of labels');
  const [count, ...sides] = pictures.shape as [number, number, number];
  assertTogether(count, sides, shown.values);
  const indices = Int32Array.from({ length: count }, (_, i) => i);
  return {
    images: pictures.values,
    labels: shown.values,
    train: indices.filter((i) => i % 5 !== 4),
    heldOut: indices.filter((i) => i % 5 === 4),
  };
}

function assertTogether(count: number, sides: readonly number[], labels: Uint8Array): void {
  const stray = labels.find((label) => label > 9);
  if (sides.some((side) => side !== DIGIT_SIDE) || labels.length !== count || stray !== undefined) {
    throw fail('DATA_IDX', {
      asked: `Digits must be ${DIGIT_SIDE} x ${DIGIT_SIDE} pixels, each with a label from 0 to 9`,
      got:
        stray === undefined
          ? `${count} images of ${sides.join(' x ')} and ${labels.length} labels`
          : `label ${stray}`,
      fix: 'Use images and labels of the same MNIST-like set.',
    });
  }
  if (count >= 5) return;
  throw fail('DATA_SHORT', {
    asked: 'At least 5 digits are needed to train and to hold some out',
    got: String(count),
    fix: 'Use a larger set.',
  });
}

async function readGzip(file: string): Promise<Uint8Array> {
  const { bytes, more } = await collect(readChunks(file, damaged), LARGEST_FILE);
  if (more) throw damaged(file, `more than ${LARGEST_FILE} bytes`);
  return bytes;
}

function damaged(file: string, got: string, cause?: unknown) {
  return fail('DATA_IDX', {
    asked: `${shown(file)} must be a complete gzip file of digits`,
    got: shown(got),
    fix: 'Download the file again; it is cut short or damaged.',
    cause,
  });
}
