import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, expect, it } from 'vitest';

const here = import.meta.dirname;
const folder = join(here, `.tmp-kernel-${process.pid}`);
let recipe: Record<'silu' | 'composedSilu', (x: tf.Tensor) => tf.Tensor>;

/** The page's file, with its imports led from a folder of tests to where the page puts it. */
beforeAll(async () => {
  const page = readFileSync(join(here, '../adding-a-kernel.md'), 'utf8');
  const [, code] = /```ts nn\/silu\.ts\n([\s\S]*?)```/.exec(page)!;
  const source = '../../../packages/kernels/src';
  const file = join(folder, 'silu.ts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, code!.replaceAll("'../", `'${source}/`).replaceAll("'./", `'${source}/nn/`));
  recipe = await import(/* @vite-ignore */ pathToFileURL(file).href);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(['cpu', 'wasm'])(
  'the operation of the page computes on %s, forward and backward',
  async (name) => {
    await tf.setBackend(name);
    const x = tf.tensor2d([-3, -0.5, 0, 1, 2, 9], [2, 3]);
    const dy = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const both = (f: (x: tf.Tensor) => tf.Tensor) =>
      [f(x), tf.grad(f)(x, dy)].map((y) => [y.shape, Array.from(y.dataSync())] as const);
    const [got, wanted] = [both(recipe.silu), both(recipe.composedSilu)];
    got.forEach(([shape, values], n) => {
      expect(shape).toEqual([2, 3]);
      values.forEach((value, i) => expect(value).toBeCloseTo(wanted[n]![1][i]!, 5));
    });
    const registered = tf.getKernelsForBackend(name).map(({ kernelName }) => kernelName);
    expect(registered).toEqual(expect.arrayContaining(['MoeSilu', 'MoeSiluGradient']));
  },
);
