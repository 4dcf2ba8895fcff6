import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { dispatchPlan, explainPlan, groupedLinear, registerKernels } from '../src/index.js';
import { bestBuild } from '../src/backends/wasm/module.js';
import type { Product } from '../src/backends/wasm/product.js';
import { registerWasmKernels, wasmThreads } from '../src/backends/wasm/register.js';
import { shareProducts, workOf } from '../src/backends/wasm/share-products.js';
import { startPool } from '../src/backends/wasm/thread-pool.js';
import type { WasmThreads } from '../src/backends/wasm/threads.js';
import { startWasmThreads } from '../src/backends/wasm/threads.js';
import { generator } from './oracle.js';
import { scoped } from './scoped.js';

const random = generator(11);
const fill = (...shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random() - 0.5),
    shape,
  );

let running: WasmThreads | undefined;

beforeAll(async () => {
  await tf.setBackend('wasm');
  registerKernels();
});

afterEach(() => running?.stop());

/** A layer of tokens with relu and all its gradients, and attention's products: each above what is worth sharing. */
async function results(inputs: readonly tf.Tensor[], mask: tf.Tensor2D): Promise<Buffer> {
  const plan = dispatchPlan(mask);
  const [x, w, bias, q, k] = inputs as [
    tf.Tensor2D,
    tf.Tensor3D,
    tf.Tensor2D,
    tf.Tensor,
    tf.Tensor,
  ];
  const layer = (...[x, w, bias]: tf.Tensor[]) =>
    groupedLinear(x as tf.Tensor2D, w as tf.Tensor3D, bias as tf.Tensor2D, plan, {
      fromTokens: true,
      activation: 'relu',
    });
  const all = scoped(() => [
    layer(x, w, bias),
    ...tf.grads((...all: tf.Tensor[]) =>
      layer(...all)
        .square()
        .sum(),
    )([x, w, bias]),
    tf.matMul(q, k, false, true),
    tf.matMul(q, k, true, false),
  ]);
  const values = await Promise.all(all.map((t) => t.data()));
  tf.dispose(all);
  return Buffer.concat(
    values.map((each) => new Uint8Array(each.buffer, each.byteOffset, each.byteLength)),
  );
}

describe('threads of the wasm backend', () => {
  it.each([2, 3])(
    '%i threads give the bytes of one',
    async (count) => {
      // Zipf-like: expert 0 takes every token, expert 3 none
      const mask = tf.tensor2d(
        Array.from({ length: 300 }, (_, t) => [1, Number(t % 3 === 0), Number(t % 50 === 0), 0]),
      );
      const inputs = [
        fill(300, 61),
        fill(4, 61, 257),
        fill(4, 257),
        fill(24, 65, 63),
        fill(24, 65, 63),
      ];
      const alone = await results(inputs, mask);
      running = await startWasmThreads(count);
      for (let i = 0; i < 3; i++) expect((await results(inputs, mask)).equals(alone)).toBe(true);
      expect(alone.some((byte) => byte > 0)).toBe(true);
      tf.dispose([mask, ...inputs]);
    },
    60_000,
  );

  it('explainPlan says how many, and that there is one again when they have ended', async () => {
    const plan = dispatchPlan(tf.ones([2, 2]));
    const algorithm = () =>
      explainPlan(plan, { modelWidth: 8, expertWidth: 8 }).products[0]!.algorithm;
    running = await startWasmThreads(2);
    expect(algorithm()).toContain('threads: 2');
    running.stop();
    expect(algorithm()).toContain('threads: 1');
  });

  it('end with the backend', async () => {
    const backend = tf.backend();
    const { dispose } = backend;
    let disposed = 0;
    backend.dispose = () => void disposed++; // the other tests need this backend
    try {
      running = await startWasmThreads(2);
      expect(wasmThreads()).toBe(2);
      backend.dispose();
      expect([wasmThreads(), disposed]).toEqual([1, 1]);
      const [a, b] = [fill(200, 200), fill(200, 200)];
      expect(tf.matMul(a, b).shape).toEqual([200, 200]);
    } finally {
      backend.dispose = dispose;
    }
  });

  it.each([0, 1.5, 65, NaN])('%d threads are refused', async (count) => {
    await expect(startWasmThreads(count)).rejects.toMatchObject({ code: 'KERNELS_VALUE' });
  });

  it('a thread that does not start is a coded error', async () => {
    const pool = startPool(1, bestBuild(), 'throw new Error("no such thing")');
    await expect(pool).rejects.toMatchObject({ code: 'KERNELS_THREAD' });
  });

  it('a thread that fails in a product is a coded error', async () => {
    const code = `
      const { parentPort, workerData: { control, at } } = process.getBuiltinModule('node:worker_threads');
      parentPort.postMessage('ready');
      Atomics.wait(control, at, 0);
      Atomics.store(control, 1, 1);
      Atomics.sub(control, 0, 1);
      Atomics.notify(control, 0);`;
    const pool = await startPool(1, bestBuild(), code);
    registerWasmKernels(bestBuild(), pool);
    const [a, b] = [fill(200, 200), fill(200, 200)];
    try {
      expect(() => tf.matMul(a, b)).toThrow(expect.objectContaining({ code: 'KERNELS_THREAD' }));
    } finally {
      pool.end();
      registerWasmKernels();
    }
    expect(tf.matMul(a, b).shape).toEqual([200, 200]);
  });

  it('do not keep the process alive', () => {
    const script = `
      import * as tf from '@tensorflow/tfjs';
      import '@tensorflow/tfjs-backend-wasm';
      import { startWasmThreads } from '@moekit/kernels/threads';
      await tf.setBackend('wasm');
      await startWasmThreads(2);
      const x = tf.ones([200, 200]);
      console.log((await tf.matMul(x, x).data())[39_999]);`;
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('../', import.meta.url)),
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(stdout).toContain('200');
    expect(status).toBe(0);
  }, 90_000);
});

describe('shares of products', () => {
  const product = (m: number, k: number, n: number, out: number, transposed = false): Product => ({
    a: transposed
      ? { offset: 0, rows: k, columns: m, transposed }
      : { offset: 0, rows: m, columns: k, transposed },
    b: { offset: 0, rows: k, columns: n, transposed: false },
    out,
  });
  const products = [
    product(1000, 3, 8, 0),
    product(0, 3, 8, 32_000),
    product(7, 3, 8, 32_000),
    product(64, 50, 8, 40_000, true),
    product(5, 0, 8, 50_000),
  ];

  it.each([1, 2, 3, 7])('%i of them hold every row of the results once', (count) => {
    const rows = (all: readonly Product[]) =>
      all.flatMap(({ a, out }) =>
        Array.from({ length: a.transposed ? a.columns : a.rows }, (_, i) => out + i * 32),
      );
    const shares = shareProducts(products, count);
    expect(shares).toHaveLength(count);
    expect(rows(shares.flat()).sort((a, b) => a - b)).toEqual(rows(products));
    const work = shares.map((share) => share.reduce((sum, each) => sum + workOf(each), 0));
    const mean = work.reduce((a, b) => a + b) / count;
    for (const each of work) expect(Math.abs(each - mean)).toBeLessThanOrEqual(8 * 50 * 8);
  });
});
