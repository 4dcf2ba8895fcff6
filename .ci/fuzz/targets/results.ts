import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { resultsTable } from '../../../apps/cli/src/output/results-table.js';
import { sampleResults, sampleTrial } from '../../../packages/bench/test/sample-results.js';
import type { Results } from '../../../packages/bench/src/index.js';
import {
  parseResults,
  readResults,
  renderReport,
  renderResults,
  TrialStore,
} from '../../../packages/bench/src/index.js';
import { jobKey } from '../../../packages/bench/src/trial/job-key.js';
import { stringifyFigures } from '@moekit/models';
import type { Target } from '../target.js';
import { must, Refused } from '../target.js';

const sample = () =>
  sampleResults(
    { routers: ['dense', 'switch', 'topk?k=2'], seeds: [1, 2], backend: 'cpu' },
    (label, seed) => (label === 'switch' && seed === 2 ? undefined : 2 + seed / 10),
  );

/** Accepted as it was written, or not at all; one that lost its hash counts as a file of an earlier version. */
const damaged: Target = {
  name: 'results',
  form: 'json',
  seeds: () => [Buffer.from(renderResults(sample()))],
  async read(input, folder) {
    const path = join(folder, 'results.json');
    writeFileSync(path, input);
    const read = await readResults(path);
    const isMarked = 'sha256' in (JSON.parse(input.toString()) as object);
    if (!isMarked || read.manifest.changedFiles.length > 0) throw new Refused();
    must(isDeepStrictEqual(plain(read), plain(written())), 'it says something else');
  },
};

const written = () => parseResults(renderResults(sample()));

/** The hash is made to fit. Accepted results can be shown: a page without foreign markup, a table. */
const forged: Target = {
  name: 'forged results',
  form: 'json',
  seeds: () => [Buffer.from(renderResults(sample()))],
  async read(input) {
    const parsed = parseResults(withHash(input.toString()));
    const page = await renderReport(parsed);
    must(!/<(script|iframe|object|embed|base|link)\b/i.test(page), 'its page runs something');
    must(!/>[^<]*\b(undefined|\[object Object\])[^<]*</.test(page), 'its page shows undefined');
    must(!resultsTable(parsed, 80).includes('undefined'), 'its table shows undefined');
  },
};

/** Text that is not a JSON object is left as it is. */
function withHash(text: string): string {
  try {
    return renderResults(JSON.parse(text) as Results);
  } catch {
    return text;
  }
}

const job = () => {
  const { experiment, backend } = sample().manifest;
  const entry = experiment.routers[1]!;
  return { id: 'switch#1', label: 'switch', entry, seed: 1, backend, experiment } as never;
};

/** A stored trial is kept as it was written, or not at all. */
const trial: Target = {
  name: 'stored trial',
  form: 'json',
  async seeds() {
    const folder = join(process.env['TMPDIR']!, 'stored');
    const { manifest } = sample();
    await new TrialStore(folder, manifest).save({
      type: 'done',
      job: job(),
      trial: sampleTrial('switch', 1, 2),
    });
    return [readFileSync(join(folder, 'trials', `${jobKey(job(), manifest)}.json`))];
  },
  async read(input, folder) {
    const { manifest } = sample();
    mkdirSync(join(folder, 'trials'));
    writeFileSync(join(folder, 'trials', `${jobKey(job(), manifest)}.json`), input);
    const {
      kept: [outcome],
    } = await new TrialStore(folder, manifest).find([job()]);
    if (!outcome) throw new Refused();
    must(outcome.type === 'done', 'a trial that failed is kept');
    must(
      isDeepStrictEqual(plain(outcome.trial), plain(sampleTrial('switch', 1, 2))),
      'its figures are others',
    );
  },
};

export const storedResults = [damaged, forged, trial];

const plain = (value: unknown) => JSON.parse(stringifyFigures(value)) as unknown;
