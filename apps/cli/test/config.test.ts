import { chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parts, registryOf } from '@moekit/bench';
import { bind, createRunContainer, resolveBinding } from '@moekit/core/di';
import { isMoekitError } from '@moekit/kernels';
import type { TelemetrySink, TrainEvent } from '@moekit/models';
import { container as root } from 'tsyringe';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { SinkFactory } from '../src/config/define-config.js';
import { readConfig } from '../src/config/read-config.js';
import { userSink } from '../src/config/user-sink.js';
import { composeApplication, defaults } from '../src/container.js';
import { readSpec } from '../src/training/read-spec.js';
import { runInProcess } from './in-process.js';
import { emptyFolder, moekit } from './moekit.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const example = (name: string) => readFileSync(join(repository, 'examples/sweep', name), 'utf8');
const lossFree = readFileSync(join(repository, 'examples/router/bias-balanced.ts'), 'utf8');

/** A project outside the repository: files next to each other, moekit's packages installed. */
async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await emptyFolder();
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const SIZES = { contextLength: 8, modelWidth: 8, numLayers: 2, numHeads: 2, feedForwardWidth: 16 };
const TRAINING = { steps: 3, batchSize: 2, evaluations: 1, evaluationBatches: 1 };
const TINY = JSON.stringify({ model: SIZES, training: { ...TRAINING, finalEvaluationBatches: 1 } });

/** The example of the documentation, at a size for tests, with an engine that counts. */
const CONFIG = `
  import { appendFileSync } from 'node:fs';
  import { defineConfig } from 'moekit/config';
  import { trackerSink } from './tracker-sink.js';

  export default defineConfig({
    routers: { 'bias-balanced': './routers/router.ts' },
    tasks: { sums: './sums.ts' },
    sinks: process.env.TRACKER ? [trackerSink(process.env.TRACKER)] : [],
    engine: (local) => (job, limits) => {
      appendFileSync(new URL('jobs.txt', import.meta.url), job.id + '\\n');
      return local(job, limits);
    },
    defaults: {
      backend: 'cpu',
      workers: 1,
      bench: { task: 'sums', routers: ['dense', 'bias-balanced?k=1'], seeds: [1], ...${TINY} },
      train: { task: 'sums', router: 'bias-balanced', model: ${JSON.stringify(SIZES)},
        training: ${JSON.stringify(TRAINING)} },
    },
  });
`;

const FILES = {
  'moekit.config.ts': CONFIG,
  'tracker-sink.ts': example('tracker-sink.ts'),
  'sums.ts': example('sums.ts'),
  'routers/router.ts': lossFree,
  'deep/down/keep.txt': '',
};

interface Request {
  readonly path: string;
  readonly body: string;
}

/** A server such as experiment trackers have, which keeps what it is sent. */
async function tracker() {
  const requests: Request[] = [];
  let runs = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += String(chunk)));
    request.on('end', () => {
      requests.push({ path: request.url!, body });
      response.end(request.url === '/runs' ? `r${++runs}` : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const eventsOf = (run: string) =>
    requests
      .filter(({ path }) => path === `/runs/${run}/events`)
      .flatMap(({ body }) => body.split('\n').map((line) => JSON.parse(line) as TrainEvent));
  return { url: `http://127.0.0.1:${port}`, requests, eventsOf, close: () => server.close() };
}

const resultsIn = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'results.json'), 'utf8')) as {
    readonly manifest: { readonly files: Record<string, string>; readonly backend: string };
    readonly rows: readonly { readonly label: string; readonly errors: readonly unknown[] }[];
  };

const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => (isMoekitError(error) ? `${error.code}: ${error.message}` : String(error)),
  );

describe('moekit.config.ts: a router, a task, a sink, an engine and defaults of the user', () => {
  it('bench, sweep and train use them, from a folder below too', { timeout: 120_000 }, async () => {
    const cwd = await project(FILES);
    const server = await tracker();
    const env = { TRACKER: server.url };
    try {
      const below = join(cwd, 'deep/down');
      const bench = await moekit(['bench', '--out', join(cwd, 'b')], { cwd: below, env });
      expect([bench.code, bench.stderr]).toEqual([0, expect.any(String)]);
      const { manifest, rows } = await resultsIn(join(cwd, 'b'));
      expect(rows.map(({ label }) => label)).toEqual(['dense', 'bias-balanced(k=1)']);
      expect(rows.flatMap(({ errors }) => errors)).toEqual([]);
      expect(manifest.backend).toBe('cpu');
      expect(Object.keys(manifest.files).sort()).toEqual(['bias-balanced', 'sums']);
      const names = server.requests.filter(({ path }) => path === '/runs');
      expect(names.map(({ body }) => (JSON.parse(body) as { name: string }).name)).toEqual([
        'sums dense 1',
        'sums bias-balanced(k=1) 1',
      ]);
      expect(server.eventsOf('r2').map(({ type, step }) => [type, step])).toEqual([
        ['step', 1],
        ['step', 2],
        ['step', 3],
        ['evaluation', 3],
      ]);

      const sweep = { ...JSON.parse(TINY), task: 'sums', routers: ['bias-balanced'], seeds: [1] } as object; // prettier-ignore
      writeFileSync(join(cwd, 'sweep.json'), JSON.stringify(sweep));
      const grid = ['sweep', 'sweep.json', '--set', 'bias-balanced.k=1,2', '--out', 's'];
      expect(await runInProcess(grid, { cwd, env })).toMatchObject({ code: 0 });
      const swept = await resultsIn(join(cwd, 's'));
      expect(swept.rows.map(({ label }) => label)).toEqual(['bias-balanced [bias-balanced.k=1]', 'bias-balanced [bias-balanced.k=2]']); // prettier-ignore
      expect(swept.manifest.files).toEqual(manifest.files);
      expect(readFileSync(join(cwd, 'jobs.txt'), 'utf8').trim().split('\n')).toHaveLength(4);

      const train = await runInProcess(['train', '--out', 't', '--json'], { cwd, env });
      expect(train.code).toBe(0);
      expect(server.eventsOf('r5')).toHaveLength(4);
      expect(server.requests.filter(({ path }) => path.endsWith('/end'))).toHaveLength(5);

      // the router's code is part of the run: changed, it is not resumed; named by the user, it is trusted
      expect(await runInProcess(['train', '--out', 't', '--resume'], { cwd })).toMatchObject({
        code: 0,
      });
      writeFileSync(join(cwd, 'routers/router.ts'), `${lossFree}// changed\n`);
      const changed = await runInProcess(['train', '--out', 't', '--resume'], { cwd });
      expect(changed.code).toBe(2);
      expect(changed.stderr).toMatch(/MODELS_CHECKPOINT_MISMATCH/);
    } finally {
      server.close();
    }
  });

  it(
    'a tracker that is away is a warning, and changes no figure',
    { timeout: 60_000 },
    async () => {
      const cwd = await project(FILES);
      const away = { TRACKER: 'http://127.0.0.1:9' };
      const [with_, without] = [
        await moekit(['bench', '--out', 'a'], { cwd, env: away }),
        await moekit(['bench', '--out', 'b'], { cwd }),
      ];
      expect([with_.code, without.code]).toEqual([0, 0]);
      expect(with_.stderr).toMatch(/warning: dense#1: sink 1 of moekit.config failed, and the run continues without it: fetch failed/); // prettier-ignore
      expect(without.stderr).not.toMatch(/warning/);
      const curves = async (name: string) => {
        const { rows } = await resultsIn(join(cwd, name));
        return JSON.stringify(rows.map((row) => (row as { trials?: { curve: unknown }[] }).trials?.map(({ curve }) => curve))); // prettier-ignore
      };
      expect(await curves('a')).toBe(await curves('b'));
    },
  );
});

it('defaults that do not fit are named with their file', async () => {
  const text = `export default { defaults: {
    bench: { model: { widht: 3 } }, train: { training: { steps: 0 } } } };`;
  const cwd = await project({ 'moekit.config.ts': text });
  const bench = await runInProcess(['bench'], { cwd });
  expect([bench.code, bench.stderr]).toEqual([2, expect.stringMatching(/BENCH_CONFIG.*defaults.bench of moekit.config.ts.*widht/)]); // prettier-ignore
  const train = await runInProcess(['train'], { cwd });
  expect([train.code, train.stderr]).toEqual([2, expect.stringMatching(/MOE_OPTIONS.*defaults.train of moekit.config.ts.*steps/)]); // prettier-ignore
});

it('a key of a --config file that is undefined leaves the default', async () => {
  const cwd = await project({ 'run.mjs': 'export default { backend: undefined };' });
  const spec = await readSpec(
    { config: join(cwd, 'run.mjs') },
    { registry: registryOf([]), backend: 'cpu' },
  );
  expect(spec.backend).toBe('cpu');
});

describe('what a configuration may be', () => {
  const errors: [string, string, RegExp][] = [
    ['throws', 'throw new Error("no");', /^CLI_CONFIG: .*exception at the top.*no/],
    ['does not parse', 'export default {', /^CLI_CONFIG: .*syntax error/],
    ['exports nothing', 'export const a = 1;', /^CLI_CONFIG: .*undefined/],
    ['exports a promise', 'export default Promise.resolve({});', /^CLI_CONFIG: .*promise/],
    ['changes prototypes', 'Object.prototype.x = 1; export default {};', /^CLI_CONFIG: .*prototype/], // prettier-ignore
    ['has an unknown key', 'export default { router: {} };', /^MOE_OPTIONS: .*did you mean routers/], // prettier-ignore
    ['has a router that is none', 'export default { routers: { a: 3 } };', /^MOE_OPTIONS: .*routers/], // prettier-ignore
    ['has a name that is a path', "export default { routers: { './a': './a.ts' } };", /^MOE_OPTIONS: .*letters/], // prettier-ignore
    ['takes a name of moekit', "export default { routers: { topk: './a.ts' } };", /^BENCH_CONFIG: .*topk/], // prettier-ignore
    ['calls a router dense', "export default { routers: { dense: './a.ts' } };", /^BENCH_CONFIG: .*dense/], // prettier-ignore
    ['takes a task of moekit', "export default { tasks: { lm: './a.ts' } };", /^BENCH_CONFIG: .*lm/], // prettier-ignore
    ['has a sink that is none', 'export default { sinks: [{}] };', /^MOE_OPTIONS: .*function/],
    ['has an engine that is none', "export default { engine: 'local' };", /^MOE_OPTIONS: .*function/], // prettier-ignore
    ['has no such backend', "export default { defaults: { backend: 'gpu' } };", /^MOE_OPTIONS: .*backend/], // prettier-ignore
    ['has no workers', 'export default { defaults: { workers: 0 } };', /^MOE_OPTIONS: .*workers/],
    ['has defaults that are no data', 'export default { defaults: { bench: { a: () => 1 } } };', /^MOE_OPTIONS: /], // prettier-ignore
  ];
  afterEach(() => vi.restoreAllMocks());

  const composedIn = async (config: string, name = 'moekit.config.ts') => {
    const cwd = await project({ [name]: config });
    vi.spyOn(process, 'cwd').mockReturnValue(cwd);
    return composeApplication();
  };

  it.each(errors)('one that %s is refused', async (_, config, expected) => {
    expect(await codeOf(composedIn(config))).toMatch(expected);
  });

  it.each(['.mts', '.js', '.mjs', '.cjs'])('it may be %s', async (ending) => {
    const body = '{ defaults: { workers: 3 } };';
    const text = ending === '.cjs' ? `module.exports = ${body}` : `export default ${body}`;
    const application = await composedIn(text, `moekit.config${ending}`);
    expect(resolveBinding(application, defaults)).toMatchObject({ workers: 3 });
  });

  it('without one there is nothing but moekit', async () => {
    const cwd = await emptyFolder();
    expect(await readConfig(cwd)).toBeUndefined();
  });

  it('the nearest counts, file names from its own folder', async () => {
    const cwd = await project({
      'moekit.config.ts': 'export default { defaults: { workers: 1 } };',
      'a/moekit.config.ts':
        "export default { defaults: { train: { task: './t.ts', router: '../r.ts?k=2', data: { source: 'x.txt' } } } };",
      'a/b/keep.txt': '',
    });
    const found = await readConfig(join(cwd, 'a/b'));
    expect(found?.defaults).toEqual({
      train: {
        task: '../t.ts',
        router: { router: '../../r.ts', options: { k: 2 } },
        data: { source: '../x.txt' },
      },
    });
  });

  it('a plug-in given itself has the hash of the configuration; a file has its own', async () => {
    const config = `
      import own from './router.js';
      export default { routers:
        { own, named: './router.ts', again: './router.ts', package: 'no-such-package' } };\n`;
    const cwd = await project({
      'moekit.config.ts': config,
      'router.ts': lossFree,
    });
    vi.spyOn(process, 'cwd').mockReturnValue(cwd);
    const { routers } = resolveBinding(await composeApplication(), parts.registry);
    const hashes = ['own', 'named', 'again'].map((name) => routers.get(name)!.hash());
    expect(new Set(hashes).size).toBe(2);
    expect(hashes[1]).toBe(hashes[2]);
    writeFileSync(join(cwd, 'moekit.config.ts'), `${config}// changed\n`);
    expect(routers.get('own')!.hash()).not.toBe(hashes[0]);
    expect(routers.get('named')!.hash()).toBe(hashes[1]);
    expect((await routers.get('own')!.load())!.name).toBe('bias-balanced');
    expect((await routers.get('named')!.load())!.name).toBe('bias-balanced');
    expect(await codeOf(routers.get('package')!.load())).toMatch(/^BENCH_ROUTER_UNKNOWN/);
  });

  it('the export behind a name is part of its identity', async () => {
    const hashOf = async (name: string) => {
      const cwd = await project({
        'moekit.config.ts': `export default { routers: { mine: './both.ts#${name}' } };`,
        'both.ts': `import router from './router.js'; export const a = router, b = router;`,
        'router.ts': lossFree,
      });
      vi.spyOn(process, 'cwd').mockReturnValue(cwd);
      const { routers } = resolveBinding(await composeApplication(), parts.registry);
      return routers.get('mine')!.hash();
    };
    const [a, b] = [await hashOf('a'), await hashOf('b')];
    expect(a).not.toBe(b);
    expect(await hashOf('a')).toBe(a);
  });

  it('an engine of another kind is refused', async () => {
    for (const engine of [
      '() => 3',
      'async () => () => []',
      '() => { throw new Error("no") }',
      '() => undefined',
    ]) {
      // prettier-ignore
      expect(await codeOf(composedIn(`export default { engine: ${engine} };`))).toMatch(/^CLI_CONFIG: .*engine/); // prettier-ignore
    }
  });

  it('a folder of texts counts from the configuration too; a text of moekit is none', async () => {
    const cwd = await project({
      'moekit.config.ts': `export default { defaults: { bench: { data: { source: 'texts' } }, train: { data: { source: 'tiny-shakespeare' } } } };`,
      'texts/a.txt': 'a',
      'tiny-shakespeare/a.txt': 'a',
      'deep/er/keep.txt': '',
    });
    const { defaults: found } = (await readConfig(join(cwd, 'deep/er')))!;
    expect(found.bench).toEqual({ data: { source: '../../texts' } });
    expect(found.train).toEqual({ data: { source: 'tiny-shakespeare' } });
  });

  it.skipIf(process.getuid?.() !== 0)('that of another user is not run', async () => {
    const cwd = await project({ 'moekit.config.ts': 'export default {};' });
    chownSync(join(cwd, 'moekit.config.ts'), 4242, 4242);
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(await codeOf(readConfig(cwd))).toMatch(/^CLI_CONFIG: .*another user \(uid 4242\)/);
    vi.restoreAllMocks(); // root, in a folder of its own, then in one of that user
    expect(await codeOf(readConfig(cwd))).toMatch(/^CLI_CONFIG: .*another user \(uid 4242\)/);
    chownSync(cwd, 4242, 4242);
    expect(await readConfig(cwd)).toBeDefined();
  });
});

describe('a sink of the user', () => {
  const event = { type: 'step', step: 1, layers: [{ tokens: 3 }] } as unknown as TrainEvent;

  /** The sink of a run, and what it warned of. */
  const opened = async (make: SinkFactory) => {
    const run = createRunContainer(root.createChildContainer());
    const warnings: string[] = [];
    bind(run, parts.warn, () => (message) => void warnings.push(message));
    bind(run, parts.run, () => ({ label: 'a', spec: { seed: 1 } as never, backend: 'cpu' }));
    const sink = userSink(make, { run, name: 'sink 1' });
    await sink.open!({});
    return { sink, warnings };
  };

  const broken: [string, SinkFactory][] = [
    ['its factory throws', () => { throw new Error('no'); }], // prettier-ignore
    ['open throws', () => ({ open: () => { throw new Error('no'); }, write: () => undefined })], // prettier-ignore
    ['open rejects', () => ({ open: () => Promise.reject(new Error('no')), write: () => undefined })], // prettier-ignore
    ['write throws', () => ({ write: () => { throw new Error('no'); } })], // prettier-ignore
    ['write rejects', () => ({ write: () => Promise.reject(new Error('no')) })],
    ['sync rejects', () => ({ write: () => undefined, sync: () => Promise.reject(new Error('no')) })], // prettier-ignore
    ['close throws a text', () => ({ write: () => undefined, close: () => { throw 'no'; } })], // prettier-ignore
    ['it is none', () => ({}) as TelemetrySink],
  ];

  it.each(broken)('is left out with one warning where %s', async (_, make) => {
    const { sink, warnings } = await opened(make);
    for (let i = 0; i < 3; i++) {
      sink.write(event);
      await sink.sync!();
    }
    await sink.close!();
    expect(warnings).toEqual([expect.stringMatching(/^sink 1 failed, and the run continues without it: /)]); // prettier-ignore
  });

  it('is synced and closed after all that it writes', async () => {
    const calls: string[] = [];
    const { sink } = await opened(() => ({
      write: () =>
        new Promise<void>((resolve) => setTimeout(resolve, 20)).then(
          () => void calls.push('write'),
        ),
      sync: () => void calls.push('sync'),
      close: () => void calls.push('close'),
    }));
    sink.write(event);
    sink.write(event);
    await sink.sync!();
    sink.write(event);
    await sink.close!();
    expect(calls).toEqual(['write', 'write', 'sync', 'write', 'close']);
  });

  it('may be made by a promise', async () => {
    const calls: string[] = [];
    const write = () => void calls.push('write');
    const { sink, warnings } = await opened(() => Promise.resolve({ write }));
    sink.write(event);
    await sink.close!();
    expect([calls, warnings]).toEqual([['write'], []]);
  });

  it('may be none for a run', async () => {
    const { sink, warnings } = await opened(() => null);
    sink.write(event);
    await sink.close!();
    expect(warnings).toEqual([]);
  });

  it('is given copies: what it does to events and run changes nothing', async () => {
    const { sink } = await opened((run) => {
      (run.spec as { seed: number }).seed = 9;
      return { write: (seen) => void ((seen as { layers: unknown }).layers = []) };
    });
    sink.write(event);
    await sink.sync!();
    expect(event).toMatchObject({ layers: [{ tokens: 3 }] });
  });

  it('that takes too long is left out', async () => {
    vi.useFakeTimers();
    try {
      const { sink, warnings } = await opened(() => ({
        write: () => undefined,
        close: () => new Promise(() => undefined),
      }));
      const closing = sink.close!();
      await vi.advanceTimersByTimeAsync(31_000);
      await closing;
      expect(warnings).toEqual([expect.stringMatching(/took over 30 seconds/)]);
    } finally {
      vi.useRealTimers();
    }
  });
});
