import type { TensorInfo } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { WebGpuBackend, WebGpuProgram } from '../src/backends/webgpu/backend.js';
import { groupedOuterKernel, sumChunks } from '../src/backends/webgpu/grouped-outer.js';
import { runProduct } from '../src/backends/webgpu/grouped-matmul.js';
import { limitCapacityKernel } from '../src/backends/webgpu/capacity.js';
import { planKernel } from '../src/backends/webgpu/plan.js';
import { rowDotsStage } from '../src/backends/webgpu/row-dots.js';
import type { Stage } from '../src/backends/webgpu/stage.js';
import { runStage } from '../src/backends/webgpu/stage.js';
import type { DispatchPlan } from '../src/index.js';

const tensor = (shape: number[], dtype: 'float32' | 'int32' = 'float32'): TensorInfo => ({
  dataId: {},
  shape,
  dtype,
});

/** Runs stages on a backend that computes nothing. @returns their programs */
function programsOf(run: (backend: WebGpuBackend) => void): WebGpuProgram[] {
  const programs: WebGpuProgram[] = [];
  run({
    device: { limits: { maxComputeWorkgroupsPerDimension: 65_535 } },
    runWebGPUProgram: (program, _inputs, dtype) => {
      programs.push(program);
      return tensor(program.outputShape, dtype);
    },
    makeTensorInfo: tensor,
    disposeData: () => true,
  });
  return programs;
}

/** All that is compiled and that tfjs does not make part of the key itself. */
function sourceOf(program: WebGpuProgram): string {
  const { uniforms, outputComponent, variableComponents } = program;
  return JSON.stringify([program.getUserCode(), uniforms, outputComponent, variableComponents]);
}

const stage: Stage = {
  name: 'MoeTest',
  inputs: { x: tensor([8]) },
  shape: [8],
  code: 'fn main(index : i32) { result[index] = x[index]; }',
  over: { work: 8 },
};
const keyOf = (changes: Partial<Stage>) =>
  programsOf((backend) => runStage(backend, { ...stage, ...changes }))[0]!.shaderKey;

describe('keys of WebGPU programs', () => {
  it('are equal for the same source, whatever the sizes are', () => {
    expect(keyOf({ shape: [16], over: { work: 16 } })).toBe(keyOf({}));
    expect(keyOf({ integers: { n: 1 } })).toBe(keyOf({ integers: { n: 2 } }));
  });

  it.each<[string, Partial<Stage>]>([
    ['code', { code: 'fn main(index : i32) { result[index] = 2 * x[index]; }' }],
    ['width', { width: 4 }],
    ['scalars', { width: 4, scalars: ['x'] }],
    ['output', { width: 4, scalarOutput: true }],
    ['integers', { integers: { n: 1 } }],
    ['floats', { floats: { n: 1 } }],
    ['name', { name: 'MoeOther' }],
  ])('differ with the %s', (_name, changes) => {
    expect(keyOf(changes)).not.toBe(keyOf({}));
    expect(keyOf(changes)).toBe(keyOf(changes));
  });

  it('differ among the variants of every kernel exactly where their sources do', () => {
    const programs = programsOf((backend) => {
      products(backend);
      outerProducts(backend);
      decisions(backend);
    });
    const keys = new Map(programs.map((program) => [program.shaderKey, sourceOf(program)]));
    for (const program of programs) expect(sourceOf(program)).toBe(keys.get(program.shaderKey));
    expect(new Set(keys.values()).size).toBe(keys.size);
    expect(keys.size).toBeGreaterThan(100);
  });
});

const sizes = [
  [64, 64],
  [24, 16],
  [7, 9],
] as const;
const plans = [4096, 300, 20].map((numRows) => {
  return { numRows, numTokens: 4096, numExperts: 8 } as DispatchPlan;
});
const booleans = [false, true];

function products(backend: WebGpuBackend): void {
  for (const plan of plans) {
    for (const [a, b] of sizes) {
      for (const transposeW of booleans) {
        for (const fromTokens of booleans) {
          for (const bias of booleans) {
            for (const activation of ['relu', undefined] as const) {
              for (const precision of ['f16', undefined] as const) {
                const inputs = {
                  x: tensor([fromTokens ? plan.numTokens : plan.numRows, transposeW ? b : a]),
                  w: tensor([8, a, b]),
                  ...(bias && { bias: tensor([8, transposeW ? a : b]) }),
                  table: tensor([100], 'int32'),
                };
                const attributes = { plan, transposeW, fromTokens, activation, precision };
                runProduct(inputs, attributes as never, backend);
              }
            }
          }
        }
      }
    }
  }
}

function outerProducts(backend: WebGpuBackend): void {
  for (const plan of plans) {
    for (const [a, b] of sizes) {
      for (const fromTokens of booleans) {
        const x = tensor([fromTokens ? plan.numTokens : plan.numRows, a]);
        const y = tensor([plan.numRows, b]);
        const inputs = { x, y, table: tensor([100], 'int32') };
        const attrs = { plan, fromTokens };
        groupedOuterKernel.kernelFunc({ inputs, attrs: attrs as never, backend });
        sumChunks(backend, inputs, attrs, { rows: 128, count: 2 });
      }
    }
  }
}

function decisions(backend: WebGpuBackend): void {
  for (const [tokens, experts] of [
    [9, 4],
    [70_000, 4],
    [300, 300],
  ] as const) {
    // prettier-ignore
    const [mask, logits] = [tensor([tokens, experts]), tensor([tokens, experts])];
    for (const priority of ['rank-then-token', 'rank-then-probability']) {
      const attrs = { capacity: 3, priority };
      limitCapacityKernel.kernelFunc({ inputs: { mask, logits }, attrs, backend });
    }
    planKernel.kernelFunc({ inputs: { mask }, attrs: { numRows: tokens }, backend });
  }
  for (const plan of plans) {
    for (const [columns] of sizes) {
      for (const subgroups of booleans) {
        const inputs = { y: tensor([plan.numRows, columns]), d: tensor([4096, columns]) };
        const table = tensor([100], 'int32');
        runStage(backend, rowDotsStage({ ...inputs, table, plan }, subgroups));
      }
    }
  }
}
