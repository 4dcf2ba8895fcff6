import { promisify } from 'node:util';

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';

import { dispatchPlan, explainPlan } from '../src/index.js';
import type { DispatchPlan } from '../src/index.js';
import { useWebGpu } from '../src/testing/index.js';
import type { WebGpuBackend } from '../src/backends/webgpu/backend.js';
import { deviceTraits, groupsFor, groupsWanted } from '../src/backends/webgpu/device-traits.js';
import { outerChunks, sumChunks } from '../src/backends/webgpu/grouped-outer.js';
import { pausePolling } from '../src/backends/webgpu/pause-polling.js';
import { rowDotsStage } from '../src/backends/webgpu/row-dots.js';
import { scanCode } from '../src/backends/webgpu/scan-code.js';
import { runStage } from '../src/backends/webgpu/stage.js';
import {
  directivesFirst,
  offerSubgroups,
  takesSubgroups,
} from '../src/backends/webgpu/subgroups.js';
import { generator } from './oracle.js';

const missing = await useWebGpu();
vi.setConfig({ testTimeout: 120_000 });
const random = generator(29);
const normal = (shape: [number, number]) =>
  tf.tensor2d(
    Float32Array.from({ length: shape[0] * shape[1] }, () => random() + random() - 1),
    shape,
  );

/** A device that says what it is. */
const backendOn = (description: string) =>
  ({
    device: {
      adapterInfo: { description },
      limits: { maxComputeWorkgroupsPerDimension: 65_535 },
    },
  }) as unknown as WebGpuBackend;

describe('workgroups by device', () => {
  it('hardware has one for each piece of work, as far as a grid goes', () => {
    const hardware = backendOn('NVIDIA H200');
    expect(groupsFor(hardware, 8, 576)).toBe(576);
    expect(groupsFor(hardware, 8, 100_000)).toBe(65_535);
  });

  it('software shares the work among two for each core', () => {
    const software = backendOn('SwiftShader driver');
    const wanted = groupsWanted(software);
    expect(groupsFor(software, 1, 576)).toBe(wanted);
    expect(groupsFor(software, wanted, 576)).toBe(1);
    expect(groupsFor(software, 1, 1)).toBe(1);
  });

  it.each([
    ['large matrices keep it busy', 4096, 8192, [2048, 2048], undefined],
    ['no expert can hold more than a chunk', 2048, 32_768, [512, 256], undefined],
    ['few rows', 16_384, 300, [64, 64], undefined],
    ['half the tokens to a chunk', 4096, 32_768, [512, 256], { rows: 2048, count: 16 }],
    [
      'wide matrices: as many chunks as they leave room for',
      65_536,
      131_072,
      [512, 1024],
      { rows: 16_384, count: 8 },
    ],
    [
      'a bound of all pairs: no more than 64 MiB of sums',
      4096,
      262_144,
      [512, 256],
      { rows: 2048, count: 64 },
    ],
  ] as const)('%s', (_name, numTokens, numRows, matrix, expected) => {
    expect(outerChunks({ numTokens, numRows }, matrix, 512)).toEqual(expected);
  });
});

describe('pausePolling', () => {
  it('lets native callbacks wait, and no others', async () => {
    pausePolling();
    pausePolling();
    const came: string[] = [];
    setImmediate(Array.prototype.push.bind(came, 'native'));
    setImmediate((text: string) => came.push(text), 'ours');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(came).toEqual(['ours', 'native']);
  });

  it('leaves what else setImmediate has', () => {
    expect(setImmediate[promisify.custom as never]).toBeDefined();
  });
});

describe('offerSubgroups', () => {
  const device = () => ({ createShaderModule: vi.fn(({ code }: { code: string }) => ({ code })) });
  const gpuWith = (features: string[], given = device()) => {
    const requestDevice = vi.fn((_: object) => Promise.resolve(given));
    const adapter = { features: new Set(features), requestDevice };
    return { gpu: { requestAdapter: () => Promise.resolve(adapter) }, requestDevice };
  };

  it('adds the feature to those requested, and puts directives first', async () => {
    const { gpu, requestDevice } = gpuWith(['subgroups']);
    offerSubgroups(gpu);
    const adapter = await gpu.requestAdapter();
    const made = await adapter.requestDevice({ requiredFeatures: ['timestamp-query'] });
    expect(requestDevice).toHaveBeenCalledWith({ requiredFeatures: ['timestamp-query', 'subgroups'] }); // prettier-ignore
    expect(takesSubgroups(made)).toBe(true);
    const { code } = made.createShaderModule({ code: 'var<private> a : i32;\nenable subgroups;' });
    expect(code.trimStart()).toMatch(/^enable subgroups;\s+var<private>/);
  });

  it('leaves an adapter without them, and none at all, as they are', async () => {
    const { gpu, requestDevice } = gpuWith(['timestamp-query']);
    offerSubgroups(gpu);
    const made = await (await gpu.requestAdapter()).requestDevice({});
    expect(requestDevice).toHaveBeenCalledWith({});
    expect(takesSubgroups(made)).toBe(false);
    const none = { requestAdapter: () => Promise.resolve(null) };
    offerSubgroups(none);
    expect(await none.requestAdapter()).toBeNull();
  });

  it('moves directives and nothing else', () => {
    const attribute = 'fn f() { @diagnostic(off, derivative_uniformity) if (true) {} }';
    expect(directivesFirst(attribute)).toBe(attribute);
    const code =
      'struct A { x : i32 };\n  diagnostic(off, subgroup_uniformity);\n enable f16;\nfn g() {}';
    const lines = directivesFirst(code).split('\n').map((line) => line.trim()).filter(Boolean); // prettier-ignore
    expect(lines).toEqual([
      'diagnostic(off, subgroup_uniformity);',
      'enable f16;',
      'struct A { x : i32 };',
      'fn g() {}',
    ]);
  });
});

describe.skipIf(missing)(missing ? `programs (skipped: ${missing})` : 'programs', () => {
  const backend = () => tf.backend() as unknown as WebGpuBackend;
  const variants = () => (deviceTraits(backend()).subgroups ? [false, true] : [false]);

  it('SwiftShader has subgroups, so both variants run below', () => {
    const { software, subgroups } = deviceTraits(backend());
    if (software) expect(subgroups).toBe(true);
  });

  it.each([
    [1, 1, 1],
    [3000, 700, 5],
    [257, 1, 256],
    [0, 5, 3],
  ])(
    'scans of %i blocks, %i tokens, %i experts are running sums',
    async (perExpert, tokens, experts) => {
      const blocks = perExpert * experts;
      const counts = Int32Array.from({ length: blocks + tokens }, () => Math.floor(random() * 9));
      const numRows = counts.subarray(0, blocks).reduce((sum, n) => sum + n, 0);
      const before = (values: ArrayLike<number>) => {
        const sums = [0];
        for (let i = 0; i < values.length; i++) sums.push(sums[i]! + values[i]!);
        return sums;
      };
      const rows = before(counts.subarray(0, blocks));
      const starts = Array.from({ length: experts + 1 }, (_, e) => rows[e * perExpert]!);
      const tiles = starts.slice(1).map((start, e) => Math.ceil((start - starts[e]!) / 16));
      const want = [...rows, ...before(counts.subarray(blocks)), ...before(tiles)];
      for (const subgroups of variants()) {
        const scans = runStage(backend(), {
          name: 'MoePlanScan',
          inputs: { counts: tf.tensor1d(counts, 'int32') },
          shape: [want.length],
          dtype: 'int32',
          integers: { numExperts: experts, numRows, numTokens: tokens, numBlocks: perExpert },
          code: scanCode(16, subgroups),
          over: { groups: [1, 1, 1], threads: [256, 1, 1] },
        });
        expect(Array.from(await asTensor(scans).data())).toEqual(want);
      }
    },
  );

  it.each([1, 7, 64, 130])('dot products of rows of %i', async (columns) => {
    const { plan, tokenOf } = await planOf([40, 3, 0, 90], 100);
    const [y, d] = [normal([plan.numRows, columns]), normal([100, columns])];
    const [rows, tokens] = [await y.array(), await d.array()];
    const want = tokenOf.map((t, s) => rows[s]!.reduce((sum, v, i) => sum + v * tokens[t]![i]!, 0));
    for (const subgroups of variants()) {
      const dots = rowDotsStage({ y, d, table: plan.table!, plan }, subgroups);
      const got = Array.from(await asTensor(runStage(backend(), dots)).data());
      got.forEach((value, s) => expect(value).toBeCloseTo(want[s] ?? 0, 4));
      expect(got.slice(want.length).every((value) => value === 0)).toBe(true);
    }
  });

  it('explains when a weight gradient goes by chunks', async () => {
    const gradient = async (maxRows: number) => {
      const { plan } = await planOf([3, 2], 2500, maxRows);
      return explainPlan(plan, { modelWidth: 8, expertWidth: 12 }).products[2]!;
    };
    expect(await gradient(5000)).toMatchObject({
      algorithm: expect.stringContaining('two dispatches'),
      reason: expect.stringMatching(/more than \d+ in chunks/),
    });
    expect((await gradient(50)).algorithm).toContain('one dispatch,');
  });

  it.each([
    ['one expert holds all', [0, 120, 0], [16, 8], [8, 12]],
    ['long experts side by side', [50, 17, 16, 33], [16, 8], [8, 12]],
    ['chunks for the first of them only', [50, 17, 16, 33], [16, 4], [8, 12]],
    ['one chunk each, no more', [16, 16], [16, 3], [7, 9]],
    ['an expert that starts and one that ends in a chunk', [5, 70, 40, 6], [33, 4], [7, 9]],
    ['chunks longer than all rows', [30, 40], [200, 1], [66, 5]],
  ] as const)('a weight gradient by chunks: %s', async (_name, load, [rows, count], [a, b]) => {
    for (const fromTokens of [false, true]) {
      const { plan, tokenOf, offsets } = await planOf([...load], 130);
      const [x, y] = [normal([fromTokens ? 130 : plan.numRows, a]), normal([plan.numRows, b])];
      const [xs, ys] = [await x.array(), await y.array()];
      const ids = () => (backend() as unknown as { numDataIds(): number }).numDataIds();
      const before = ids();
      const inputs = { x, y, table: plan.table! };
      const out = sumChunks(backend(), inputs, { plan, fromTokens }, { rows, count });
      expect(ids() - before).toBe(1);
      const got = await asTensor(out).data();
      const want = new Float64Array(load.length * a * b);
      for (const [e] of load.entries()) {
        for (let s = offsets[e]!; s < offsets[e + 1]!; s++) {
          const row = xs[fromTokens ? tokenOf[s]! : s]!;
          row.forEach((v, i) => ys[s]!.forEach((u, j) => (want[(e * a + i) * b + j]! += v * u)));
        }
      }
      want.forEach((value, i) => expect(got[i]!).toBeCloseTo(value, 3));
    }
  });
});

/** A device plan with as many rows for each expert, of random tokens, and by default seven unused rows. */
async function planOf(load: number[], tokens: number, maxRows?: number) {
  const mask = new Float32Array(tokens * load.length);
  for (const [e, count] of load.entries()) {
    const order = Array.from({ length: tokens }, (_, t) => [random(), t] as const);
    const taken = order.sort(([a], [b]) => a - b).slice(0, count);
    for (const [, t] of taken) mask[t * load.length + e] = 1;
  }
  const numRows = load.reduce((sum, n) => sum + n, 0);
  const plan: DispatchPlan = dispatchPlan(tf.tensor2d(mask, [tokens, load.length]), { maxRows: maxRows ?? numRows + 7 }); // prettier-ignore
  const tokenOf = load.flatMap((_, e) =>
    Array.from({ length: tokens }, (_, t) => t).filter((t) => mask[t * load.length + e]),
  );
  const offsets = [0];
  for (const count of load) offsets.push(offsets.at(-1)! + count);
  return { plan, tokenOf, offsets };
}

const asTensor = (info: tf.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info);
