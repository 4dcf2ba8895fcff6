import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { trainBpe } from '@moekit/data';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { languageModelling } from '../src/tasks/language/language-modelling.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'moekit-lossy-'))));
afterAll(() => rm(folder, { recursive: true }));

async function load(text: string) {
  const [data, file] = [join(folder, 'text.txt'), join(folder, 'tokenizer.json')];
  const json = trainBpe(['a text, a text'], { vocabSize: 270 });
  await writeFile(data, text.repeat(400));
  await writeFile(file, JSON.stringify({ ...json, normalizer: { type: 'NFC' } }));
  const parsed = await languageModelling.options['~standard'].validate({
    data: { source: data, tokenizer: file },
    model: { contextLength: 8 },
  });
  if (parsed.issues) throw new Error(parsed.issues[0]!.message);
  return languageModelling.load(parsed.value);
}

test('data that its tokenizer changes is compared by loss; the same tokenizer keeps other data', async () => {
  const lossy = await load('cafe\u0301, a text\n');
  expect(lossy.metrics?.map(({ name }) => name)).toEqual(['loss', 'perplexity']);
  expect(lossy.reference?.metrics).not.toHaveProperty('bitsPerByte');
  expect(lossy.description.details['bytesPerToken']).toMatch(/^none: /);
  const kept = await load('caf\u00e9, a text\n');
  expect(kept.metrics).toBeUndefined();
  expect(kept.reference?.metrics).toHaveProperty('bitsPerByte');
});
