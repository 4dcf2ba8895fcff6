import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Manifest } from '../src/index.js';
import { listJobs, parseExperiment, TrialStore } from '../src/index.js';
import { parseStored } from '../src/trial/stored-trial.js';
import { sampleResults, sampleTrial } from './sample-results.js';

const experiment = parseExperiment({ routers: [{ router: 'dense' }, { router: 'topk' }] });
const manifest = { ...sampleResults(experiment, () => 3).manifest, files: { topk: 'code' } };

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'moekit-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Keeps the first trial. @returns its file */
async function keepOne(): Promise<string> {
  const [job] = listJobs(manifest);
  const trial = sampleTrial(job!.label, job!.seed, 3.25);
  const examples = [{ texts: { text: 'half \uFFFD a "word"' }, tokens: [] }];
  const outcome = { type: 'done', job: job!, trial: { ...trial, examples } } as const;
  await new TrialStore(folder, manifest).save(outcome);
  const [name] = await readdir(join(folder, 'trials'));
  return join(folder, 'trials', name!);
}

const find = (changes: Partial<Manifest> = {}) => {
  const now = { ...manifest, ...changes };
  return new TrialStore(folder, now).find(listJobs(now));
};

describe('TrialStore', () => {
  test('a trial comes back as it was kept', async () => {
    await keepOne();
    const { kept, discarded } = await find();
    expect(kept.map(({ job }) => job.id)).toEqual(['dense#1']);
    expect(kept[0]).toMatchObject({ trial: { limited: { bitsPerByte: 3.25 } } });
    expect(discarded).toEqual([]);
  });

  test.each<readonly [string, Partial<Manifest>, number]>([
    ['data', { data: { ...manifest.data, hash: 'other' } }, 0],
    ["a row's own data", { rowData: { dense: 'other' } }, 0],
    ["the task's code", { files: { lm: 'other' } }, 0],
    ['versions', { versions: { node: '20.19.0', code: 'other' } }, 0],
    ["another row's code", { files: { topk: 'other' } }, 1],
  ])('after a change of %s %o', async (_, changes, count) => {
    await keepOne();
    expect((await find(changes)).kept).toHaveLength(count);
  });

  test('a line of the log that a kill cut off is removed, so that the next is whole', async () => {
    await keepOne();
    const log = join(folder, 'trials.jsonl');
    await writeFile(log, `${await readFile(log, 'utf8')}{"event":"sta`);
    await find();
    const events = (await readFile(log, 'utf8')).trimEnd().split('\n');
    expect(events.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'done',
      'kept',
    ]);
  });

  test('no byte that was changed is accepted', async () => {
    const file = await keepOne();
    const whole = await readFile(file);
    const key = basename(file, '.json');
    expect(parseStored(whole, key)).toBeDefined();
    for (let at = 0; at < whole.length; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at] = bytes[at]! ^ (1 << (at % 8));
      expect(parseStored(bytes, key), `byte ${at}`).toBeUndefined();
    }
  });

  test.each<readonly [string, (text: string) => string]>([
    ['cut off', (text) => text.slice(0, 300)],
    ['longer', (text) => `${text} `],
    ['without its hash', (text) => text.replace(/,"sha256":"\w+"/, '')],
    ['of another form', () => '[]'],
    ['empty', () => ''],
  ])('one that is %s is reported and discarded', async (_, change) => {
    const file = await keepOne();
    await writeFile(file, change(await readFile(file, 'utf8')));
    const { kept, discarded } = await find();
    expect(kept).toEqual([]);
    expect(discarded.map(({ id }) => id)).toEqual(['dense#1']);
    expect(await readFile(join(folder, 'trials.jsonl'), 'utf8')).toContain('"discarded"');
  });
});
