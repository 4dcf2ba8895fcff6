import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { build } from 'vite';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../examples/page/', import.meta.url));

/** A page with core and one router, and nothing else of moekit. */
const PAGE = 'page.js';
const sourceOf = (router: string, name: string) => `
import { FeedForwardExperts, MoELayer, createRouter } from '@moekit/core';
import { ${name} as router } from '${router}';
globalThis.page = { FeedForwardExperts, MoELayer, createRouter, router };
`;

/** Bytes of a minified bundle without tfjs and the kernels' wasm, gzipped. */
async function bytesOf(router: string, name: string): Promise<number> {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@moekit/source', 'module', 'browser'] },
    plugins: [
      {
        name: 'page',
        enforce: 'pre',
        resolveId: (id) => (id.endsWith(PAGE) ? `\0${PAGE}` : undefined),
        load: (id) => (id === `\0${PAGE}` ? sourceOf(router, name) : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      lib: { entry: PAGE, formats: ['es'], fileName: 'page' },
      rolldownOptions: { external: [/^@tensorflow\//, /wasm\/artefacts/] },
    },
  });
  const bundles = [result].flat() as { output: { type: string; code?: string }[] }[];
  const code = bundles.flatMap(({ output }) => output.map((file) => file.code ?? '')).join('');
  expect(code.length).toBeGreaterThan(10_000);
  expect(code).not.toContain('executeOp'); // called by the kernels of tfjs-node's backend
  return gzipSync(code).length;
}

// the example page measures the first of them in a browser; every mistake at once with
// its path, in the words of all others, takes 1.4 kB
test.each([
  ['@moekit/router-threshold', 'default', 45], // a share of top-k, weights that sum to 1, the scope of the balance
  ['@moekit/router-null-expert', 'default', 46], // its rule checks what plain JavaScript may pass to it
  ['@moekit/router-relu', 'remoeRouter', 44],
  // five orders of service, room per sequence or group, and the scope of the balance: a kilobyte of options
  ['@moekit/router-topk', 'topKRouter', 46],
  ['@moekit/router-topk', 'switchRouter', 46],
])(
  'core and %s (%s) take under %i kB gzip',
  async (router, name, limit) => {
    const bytes = await bytesOf(router, name);
    expect(bytes, `${bytes} bytes`).toBeLessThan(limit * 1000);
  },
  120_000,
);
