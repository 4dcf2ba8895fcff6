import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const moekit = fileURLToPath(new URL('../../apps/cli/bin/moekit.js', import.meta.url));
const example = fileURLToPath(new URL('../../examples/page/', import.meta.url));
const names = ['chromium', 'chromium-browser', 'google-chrome'];
const browser = names.find((name) => spawnSync(name, ['--version']).status === 0);
const folder = mkdtempSync(join(tmpdir(), 'moekit-browser-'));
// Chromium's helpers may write for a moment after it is gone.
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 }));

interface Chunk {
  readonly code: string;
  readonly modules: readonly string[];
}
const chunks = new Map<string, Chunk>();

/** Which chunk of the measured build a module goes to: moekit's own code apart from what it brings or is given. */
function chunkOf(id: string): string {
  if (id.includes('/@tensorflow/') || /\/(long|seedrandom)\//.test(id)) return 'tfjs';
  if (id.includes('wasm/artefacts')) return 'kernels-wasm';
  return 'moekit';
}

beforeAll(async () => {
  await build({
    root: example,
    base: './',
    configFile: join(example, 'vite.config.js'),
    logLevel: 'silent',
    resolve: { conditions: ['@moekit/source', 'module', 'browser'] },
    build: {
      outDir: join(folder, 'page'),
      emptyOutDir: true,
      modulePreload: false,
      rolldownOptions: {
        output: {
          codeSplitting: {
            groups: ['tfjs', 'kernels-wasm', 'moekit'].map((name) => ({
              name,
              test: (id: string) => chunkOf(id) === name,
            })),
          },
        },
      },
    },
    plugins: [
      {
        name: 'chunks-seen',
        writeBundle(_, bundle) {
          for (const file of Object.values(bundle)) {
            if (file.type !== 'chunk') continue;
            chunks.set(file.name, { code: file.code, modules: Object.keys(file.modules) });
          }
        },
      },
    ],
  });
}, 300_000);

/** Bytes of the chunks in which moekit's own code and its dependencies lie: everything but tfjs and the kernels' wasm. */
const gzipped = () =>
  [...chunks]
    .filter(([name]) => name !== 'tfjs' && name !== 'kernels-wasm')
    .reduce((sum, [, { code }]) => sum + gzipSync(code).length, 0);

describe('the example page', () => {
  it('carries models, core and one router in what its README says, apart from tfjs and the kernels wasm', () => {
    expect([...chunks.keys()]).toEqual(expect.arrayContaining(['tfjs', 'kernels-wasm']));
    const bytes = gzipped();
    const stated = /([\d.]+) kB gzip/.exec(readFileSync(join(example, 'README.md'), 'utf8'))?.[1];
    const kilobytes = bytes / 1000;
    expect(Math.abs(Number(stated) - kilobytes), `README says ${stated}, it is ${kilobytes}`).toBeLessThan(4); // prettier-ignore
  });

  it('carries no other router, no container, no Keras layer and no test kit', () => {
    const modules = [...chunks.values()].flatMap((chunk) => chunk.modules);
    const of = (part: string) => modules.filter((id) => id.includes(part));
    expect(of('packages/router-threshold/src').length).toBeGreaterThan(0);
    const others = ['packages/router-topk', 'packages/router-null-expert', 'core/src/di/', 'core/src/keras/', 'core/src/testing/', 'tsyringe', 'reflect-metadata', 'tfjs-layers', 'tfjs-converter']; // prettier-ignore
    for (const other of others) expect(of(other), other).toEqual([]);
  });

  it('carries no Node code of moekit', () => {
    for (const [name, { code, modules }] of chunks) {
      if (name === 'tfjs') continue; // which asks for Node where it finds itself there
      expect(
        modules.filter((id) => /__vite-browser-external|^node:/.test(id)),
        name,
      ).toEqual([]);
      expect(code, name).not.toMatch(/\brequire\(|from\s*["']node:|import\(\s*["']node:/);
    }
  });

  it.skipIf(!browser)(
    'writes text with a trained run in headless Chromium and colours its tokens, with nothing from elsewhere',
    async () => {
      await trainInto(join(folder, 'page/run'));
      const { about, text, tokens, colours, titles, asked } = await visit(join(folder, 'page'));
      expect(about).toMatch(/2 layers of width 48, trained for 60 steps with the router threshold/);
      expect(text).toMatch(/^ROMEO: /);
      expect(text).toHaveLength('ROMEO: '.length + 200);
      expect(tokens).toBe(text.length); // bytes are its tokens
      expect(colours).toBeGreaterThan(1);
      expect(titles[0]).toMatch(/^expert \d+: 0\.\d\d/);
      expect(asked.filter((path) => path.startsWith('/run/'))).toHaveLength(3);
    },
    240_000,
  );
});

/** The command of the example's package.json, with fewer steps; the checkpoint lies where the page looks for it. */
async function trainInto(run: string): Promise<void> {
  const { scripts } = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly train: string };
  };
  const [, ...args] = scripts.train.replace('400', '60').replace('public/run', run).split(' ');
  await promisify(execFile)(process.execPath, [moekit, ...args, '--backend', 'wasm', '--quiet']);
  renameSync(join(run, 'checkpoints/step-00000060'), join(run, 'checkpoints/step-00000400'));
}

/** Sends home what the page shows once it is done. */
const REPORTER = `<script>
const at = setInterval(() => {
  const spans = [...document.querySelectorAll('#text span')];
  const about = document.querySelector('#about').textContent;
  if (spans.length === 0 && !/Error|_/.test(about)) return;
  clearInterval(at);
  fetch('/report', { method: 'POST', body: JSON.stringify({
    about,
    text: document.querySelector('#text').textContent,
    tokens: spans.length,
    colours: new Set(spans.map((span) => span.style.background)).size,
    titles: spans.map((span) => span.title),
  }) });
}, 50);
</script>`;
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' }; // prettier-ignore

interface Report {
  readonly about: string;
  readonly text: string;
  readonly tokens: number;
  readonly colours: number;
  readonly titles: readonly string[];
  readonly asked: string[];
}

/** Serves a built page on this machine alone, with every other host unreachable, and waits for its report. */
async function visit(page: string): Promise<Report> {
  const asked: string[] = [];
  let report: (text: string) => void = () => undefined;
  const reported = new Promise<string>((resolve) => (report = resolve));
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname;
    asked.push(path);
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (part: Buffer) => (body += String(part)));
      return request.on('end', () => void (response.end(), report(body)));
    }
    const file = path === '/' ? '/index.html' : path;
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    try {
      const content = readFileSync(join(page, file));
      return response.end(file === '/index.html' ? String(content) + REPORTER : content);
    } catch {
      return response.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const chromium = spawn(browser!, [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    `--user-data-dir=${join(folder, 'profile')}`,
    `http://127.0.0.1:${port}/`,
  ]);
  const gone = once(chromium, 'exit');
  try {
    const left = gone.then(() => Promise.reject(new Error('the browser ended first')));
    return { ...(JSON.parse(await Promise.race([reported, left])) as Report), asked };
  } finally {
    chromium.kill();
    await gone;
    server.close();
  }
}
