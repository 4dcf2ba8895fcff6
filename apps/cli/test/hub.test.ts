import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { LoadLine } from '../src/output/load-progress.js';
import { runInProcess } from './in-process.js';
import { emptyFolder, fixture, moekit } from './moekit.js';

/** The part used here of the server of @moekit/data's tests. */
interface HubServer {
  readonly url: string;
  readonly requests: string[];
  readonly trouble: { cutAt: number; stall: boolean };
  readonly close: () => Promise<void>;
}

const module = new URL('../../../packages/data/test/hub/hub-server.ts', import.meta.url).href;
const { serveHub } = (await import(module)) as {
  serveHub: (repositories: readonly object[]) => Promise<HubServer>;
};

const rows = Array.from({ length: 400 }, (_, i) => JSON.stringify({ text: `to be or not, ${i}` }));

const dataset = {
  type: 'dataset',
  name: 'owner/plays',
  cardData: { license: 'cc0-1.0' },
  revisions: {
    main: { 'train.jsonl': rows.join('\n'), 'test.jsonl': rows.slice(0, 60).join('\n') },
  },
};

const gated = { ...dataset, name: 'owner/gated', access: 'gated' };

let server: HubServer;
let cwd: string;

beforeEach(async () => {
  server = await serveHub([dataset, gated]);
  cwd = await emptyFolder();
});

afterEach(() => server.close());

const hub = () => ({
  ...{ HF_ENDPOINT: server.url, HF_HOME: join(cwd, 'hf'), MOEKIT_HOME: join(cwd, 'moekit') },
  ...{ HF_TOKEN: '', HF_HUB_CACHE: '', HF_HUB_OFFLINE: '' },
});

const run = (args: readonly string[], env: Record<string, string> = {}, more: object = {}) =>
  moekit(args, { cwd, env: { ...hub(), ...env }, ...more });

const TRAIN = ['train', '--task', 'lm', '--config', fixture('tiny-train.json'), '--steps', '2'];
const train = (out: string, source: string) => [...TRAIN, '--data', source, '--out', out, '--json'];

async function cached(): Promise<string[]> {
  const entries = await readdir(join(cwd, 'hf'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

/** The size of the cached file of this ending; undefined where there is none. */
async function bytesOf(ending: string): Promise<number | undefined> {
  const entries = await readdir(join(cwd, 'hf'), { recursive: true }).catch(() => []);
  const found = entries.find((name) => name.endsWith(ending));
  return found === undefined ? undefined : (await stat(join(cwd, 'hf', found))).size;
}

describe('a data set of the Hugging Face Hub', { timeout: 240_000 }, () => {
  test('is trained on, and trained on again without a network', async () => {
    const online = await run(train('a', 'hf:owner/plays'));
    expect(online.stderr).toMatch(/^fetching owner\/plays: 0B of 13\.2kB\nbackend wasm/);
    expect(online.code).toBe(0);
    const asked = server.requests.length;
    const offline = await run(train('b', 'hf:owner/plays'), { HF_HUB_OFFLINE: '1' });
    expect(offline.stderr).toMatch(/^backend wasm/);
    const losses = [online, offline].map(
      ({ stdout }) =>
        (JSON.parse(stdout) as { evaluation: { metrics: object } }).evaluation.metrics,
    );
    expect(losses[1]).toEqual(losses[0]);
    const evaluated = await run(['eval', 'a', '--batches', '1', '--json'], { HF_HUB_OFFLINE: '1' });
    expect([evaluated.code, evaluated.stderr]).toEqual([0, '']);
    expect(server.requests).toHaveLength(asked);
  });

  test('is looked up once for a comparison, and its licence is in the results', async () => {
    const config = [
      '--config',
      fixture('tiny.json'),
      '--steps',
      '2',
      '--seeds',
      '2',
      '--out',
      'out',
    ];
    const args = ['bench', ...config, '--data', 'hf:owner/plays', '--quiet'];
    expect(await run(args)).toMatchObject({ code: 0, stderr: '' });
    expect(server.requests.filter((request) => request.includes('/revision/'))).toHaveLength(1);
    const results = JSON.parse(readFileSync(join(cwd, 'out', 'results.json'), 'utf8')) as {
      manifest: { data: { name: string; attribution: string } };
    };
    expect(results.manifest.data).toMatchObject({
      name: 'owner/plays',
      attribution: expect.stringContaining('Licence: cc0-1.0.'),
    });
  });

  test('whose fetching is killed is not there by half, and is fetched on', async () => {
    Object.assign(server.trouble, { stall: true, cutAt: 3000 });
    const watched = until(async () => (await bytesOf('.incomplete')) === 3000);
    const killed = await run(
      train('a', 'hf:owner/plays'),
      {},
      {
        signal: 'SIGKILL',
        onOutput: (text: string, stop: () => void) => {
          if (text.includes('fetching')) void watched.then(stop);
        },
      },
    );
    expect(killed.code).toBeNull();
    expect(await cached()).toEqual([expect.stringMatching(/^[0-9a-f]{64}\..*\.incomplete$/)]);
    server.trouble.stall = false;
    const { code, stderr } = await run(train('a', 'hf:owner/plays'));
    expect([code, stderr]).toEqual([0, expect.stringContaining('fetching owner/plays')]);
    expect(server.requests.filter((request) => request.endsWith('bytes=3000-'))).toHaveLength(1);
    expect((await cached()).filter((name) => name.includes('incomplete'))).toEqual([]);
  });

  test.each([
    ['a name that nobody has', 'hf:owner/play', {}, 'DATA_HUB_MISSING'],
    ['a gated one', 'hf:owner/gated', {}, 'DATA_HUB_ACCESS'],
    ['no such split', 'hf:owner/plays?split=dev', {}, 'DATA_HUB_SPLIT'],
    ['no network', 'hf:owner/plays', { HF_ENDPOINT: 'http://127.0.0.1:9' }, 'DATA_HUB_NETWORK'],
    ['nothing in the cache', 'hf:owner/plays', { HF_HUB_OFFLINE: '1' }, 'DATA_HUB_NETWORK'],
    ['an unknown option', 'hf:owner/plays?part=a', {}, 'DATA_HUB_REFERENCE'],
  ])('%s is one coded line', async (_what, source, env, code) => {
    const args = [...train(join(cwd, 'a'), source), '--quiet'];
    const ended = await runInProcess(args, { cwd, env: { ...hub(), ...env } });
    expect(ended.stderr).toMatch(new RegExp(`^error ${code}: [^\\n]+\\n$`));
    expect(ended.code).toBe(2);
  });
});

async function until(happened: () => Promise<boolean>): Promise<void> {
  while (!(await happened())) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('the line says how long it will take', () => {
  const line = new LoadLine();
  expect(line.of({ what: 'a/b', done: 1e6, total: 11e6 }, 0)).toBe(
    'fetching a/b: 1.00MB of 11.0MB',
  );
  expect(line.of({ what: 'a/b', done: 3e6, total: 11e6 }, 2000)).toBe(
    'fetching a/b: 3.00MB of 11.0MB, about 8 s left',
  );
  expect(line.of({ what: 'a/b', done: 3e6 })).toBe('fetching a/b: 3.00MB');
});
