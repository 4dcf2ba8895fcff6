import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'vite';
import { afterAll, describe, expect, it } from 'vitest';

interface Report {
  readonly error?: string;
  readonly agent?: string;
  readonly subgroups?: { adapter: boolean; device: boolean };
  readonly webgpu?: { backend: string; numbers: number[][] };
  readonly cpu?: { backend: string; numbers: number[][] };
}

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const browser = names.find((name) => spawnSync(name, ['--version']).status === 0);
const missing = browser
  ? process.env['MOEKIT_WEBGPU'] !== 'required' &&
    'a browser starts with MOEKIT_WEBGPU=required only'
  : 'no Chromium here';
const profile = mkdtempSync(join(tmpdir(), 'moekit-page-'));
let server: Server | undefined;
let page: ChildProcess | undefined;

afterAll(async () => {
  if (page) {
    const gone = once(page, 'exit');
    process.kill(-page.pid!, 'SIGKILL'); // its helpers too: they would write to the profile while it is removed
    await gone;
  }
  server?.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

/** What Vite makes of the page for its visitors. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@moekit/source', 'module', 'browser'] },
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(new URL('page/main.js', import.meta.url)),
        formats: ['es'],
        fileName: 'main',
      },
    },
  });
  const [{ output }] = built as unknown as [{ output: [{ code: string }] }];
  return output[0].code;
}

/** Serves the page on this machine alone; resolves with what it posts. */
function visited(code: string): Promise<Report> {
  return new Promise((resolve, reject) => {
    server = createServer((request, response) => {
      if (request.method === 'POST') {
        let body = '';
        request.on('data', (part: Buffer) => (body += part.toString()));
        request.on('end', () => {
          response.end();
          resolve(JSON.parse(body) as Report);
        });
      } else if (request.url === '/main.js') {
        response.setHeader('content-type', 'text/javascript').end(code);
      } else {
        response.setHeader('content-type', 'text/html').end('<script type=module src=main.js></script>'); // prettier-ignore
      }
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server!.address() as AddressInfo;
      const flags = [
        '--headless',
        '--no-sandbox',
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
        `--user-data-dir=${profile}`,
      ];
      page = spawn(browser!, [...flags, `http://127.0.0.1:${port}/`], { detached: true });
      page.on('error', reject);
    });
  });
}

describe.skipIf(missing)(missing ? `a page (skipped: ${missing})` : 'a page', () => {
  it('computes on WebGPU what it computes on the cpu, forward and backward', async () => {
    const { error, subgroups, webgpu, cpu } = await visited(await bundle());
    expect(error).toBeUndefined();
    expect(subgroups?.device).toBe(subgroups?.adapter);
    expect([webgpu?.backend, cpu?.backend]).toEqual(['webgpu', 'cpu']);
    webgpu!.numbers.forEach((numbers, i) =>
      numbers.forEach((value, j) => expect(value).toBeCloseTo(cpu!.numbers[i]![j]!, 4)),
    );
  }, 240_000);
});
